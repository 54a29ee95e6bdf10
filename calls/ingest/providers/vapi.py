"""Vapi: server messages (status-update, end-of-call-report) and Call objects as GET /call gives them.

https://docs.vapi.ai/server-url/events, https://docs.vapi.ai/calls/call-ended-reason, https://docs.vapi.ai/api-reference/calls/get
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Status
from calls.ingest.normalised import Ignored, Json, Named, NormalisedCall
from calls.ingest.providers import vapi_artifact, vapi_costs
from calls.ingest.providers.vapi_signature import verify
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, named, part
from calls.ingest.values import milliseconds

__all__ = ("ADDRESS_SUFFICES", "NAME", "event", "parse", "recognises", "verify")

NAME = "vapi"
ADDRESS_SUFFICES = True  # it signs nothing unless it is told to
REPORT, UPDATE = "end-of-call-report", "status-update"
EPOCH_TIME = "epoch milliseconds"

STATUSES = {
    "scheduled": Status.INITIATED,
    "queued": Status.INITIATED,
    "ringing": Status.RINGING,
    "in-progress": Status.IN_PROGRESS,
    "forwarding": Status.IN_PROGRESS,
    "not-found": Status.FAILED,
    "deletion-failed": Status.FAILED,
}

NOT_ANSWERED = (Status.INITIATED, Status.RINGING, Status.BUSY, Status.UNANSWERED)

# Exact words only: "busy" inside others is a vendor's system, and call.forwarding.* speaks of the second leg.
ENDED_REASONS = {
    "voicemail": Status.VOICEMAIL,
    "customer-busy": Status.BUSY,
    "customer-did-not-answer": Status.UNANSWERED,
    "call.ringing.sip-inbound-caller-hungup-before-call-connect": Status.UNANSWERED,
    "call.in-progress.error-providerfault-outbound-sip-408-request-timeout": Status.UNANSWERED,
    "call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable": Status.UNANSWERED,
    "customer-ended-call": Status.COMPLETED,
    "customer-ended-call-before-warm-transfer": Status.COMPLETED,
    "customer-ended-call-during-transfer": Status.COMPLETED,
    "customer-ended-call-after-warm-transfer-attempt": Status.COMPLETED,
    "assistant-ended-call": Status.COMPLETED,
    "assistant-ended-call-with-hangup-task": Status.COMPLETED,
    "assistant-ended-call-after-message-spoken": Status.COMPLETED,
    "assistant-said-end-call-phrase": Status.COMPLETED,
    "assistant-forwarded-call": Status.COMPLETED,
    "assistant-request-returned-forwarding-phone-number": Status.COMPLETED,
    "exceeded-max-duration": Status.COMPLETED,
    "silence-timed-out": Status.COMPLETED,
    "vonage-completed": Status.COMPLETED,
    "call.in-progress.twilio-completed-call": Status.COMPLETED,
    "call.in-progress.sip-completed-call": Status.COMPLETED,
    "call.ending.hook-executed-say": Status.COMPLETED,
    "call.ending.hook-executed-transfer": Status.COMPLETED,
    "call.ringing.hook-executed-say": Status.COMPLETED,
    "call.ringing.hook-executed-transfer": Status.COMPLETED,
    "call.forwarding.no-answer": Status.COMPLETED,
    "call.forwarding.operator-busy": Status.COMPLETED,
}

# The first that begins the ended reason. Who was busy or did not answer has ended nothing: that is the system.
ENDED_BY = {
    "customer-ended-call": EndedBy.CALLER,
    "call.ringing.sip-inbound-caller-hungup": EndedBy.CALLER,
    "assistant-ended-call": EndedBy.ASSISTANT,
    "assistant-said-end-call-phrase": EndedBy.ASSISTANT,
    "assistant-forwarded-call": EndedBy.TRANSFER,
    "assistant-request-returned-forwarding": EndedBy.TRANSFER,
    "call.ending.hook-executed-transfer": EndedBy.TRANSFER,
    "call.ringing.hook-executed-transfer": EndedBy.TRANSFER,
    "call.forwarding.": EndedBy.TRANSFER,
    "": EndedBy.SYSTEM,
}

DIRECTIONS = {
    "inboundPhoneCall": Direction.INBOUND,
    "outboundPhoneCall": Direction.OUTBOUND,
    "webCall": Direction.WEB,
    "vapi.websocketCall": Direction.WEB,
}


def recognises(payload: dict[str, Json]) -> bool:
    message = payload.get("message")
    if isinstance(message, dict):
        return "type" in message
    return str(payload.get("type")) in DIRECTIONS or ("id" in payload and "orgId" in payload)


def event(payload: dict[str, Json]) -> str:
    message = payload.get("message")
    return str(message.get("type", "")) if isinstance(message, dict) else ""


def parse(payload: dict[str, Json]) -> NormalisedCall:
    report = _report(Fields.of(payload))
    return _call(report, _status(report))


@dataclass(frozen=True, slots=True)
class _Report:
    """What is told of a call: a message and the call in it, or the same object twice for a Call object.

    In a message `call` is older than the rest: its status and its cost do not count.
    """

    message: Fields
    call: Fields
    observed_at: datetime | None
    status: str | None
    ended_reason: str

    def moment(self, name: str) -> datetime | None:
        return self.message.moment(name) or self.call.moment(name)

    def both(self, name: str) -> tuple[Fields, Fields]:
        """The object of that name beside the call and in it."""
        return self.message.fields(name), self.call.fields(name)


def _call(report: _Report, status: Status) -> NormalisedCall:
    message, call, ended = report.message, report.call, status not in LIVE_STATUSES
    answered_at = None if status in NOT_ANSWERED else report.moment("startedAt")
    direction = DIRECTIONS.get(call.text("type") or "")
    from_number, to_number = _numbers(report, direction)
    turns = vapi_artifact.transcript(message)
    return NormalisedCall(
        source=NAME,
        external_id=call.required_key("id"),
        observed_at=report.observed_at,
        status=status,
        raw_status=(report.status or "")[:WORD_LENGTH] or None,
        ended_reason=report.ended_reason[:NAME_LENGTH] or None,
        ended_by=_ended_by(report.ended_reason) if ended else None,
        assistant=_assistant(report),
        campaign=named(call.key("campaignId"), call.fields("campaign").text("name", NAME_LENGTH)),
        direction=direction,
        from_number=from_number,
        to_number=to_number,
        started_at=report.moment("createdAt") or report.moment("startedAt") or report.observed_at,
        answered_at=answered_at,
        ended_at=report.moment("endedAt"),
        duration_ms=_duration_ms(report, answered_at, status),
        cost=vapi_costs.total(message) if ended else None,
        cost_items=vapi_costs.items(message) if ended else (),
        transcript=turns,
        variables=vapi_artifact.variables(message),
        response_times=vapi_artifact.response_times(message, turns),
        recording=vapi_artifact.recording(message),
        metadata=_metadata(report),
    )


def _report(payload: Fields) -> _Report:
    if "message" not in payload.data:
        observed_at = payload.moment("updatedAt") or payload.moment("endedAt")
        reason = payload.text("endedReason") or ""
        return _Report(payload, payload, observed_at, payload.text("status"), reason)
    message = payload.fields("message")
    kind = message.required_key("type")
    if kind not in (REPORT, UPDATE):
        raise Ignored(f"Vapi sends {kind}; the call log does not use it")
    status = "ended" if kind == REPORT else message.text("status")
    observed_at = message.moment("timestamp", takes="epoch milliseconds")
    return _Report(message, message.fields("call"), observed_at, status, message.text("endedReason") or "")


def _status(report: _Report) -> Status:
    """An unknown status is failed once the call has an end, and open before."""
    reason, was_answered = report.ended_reason, report.moment("startedAt") is not None
    if report.status != "ended" and report.status in STATUSES:
        return STATUSES[report.status]
    if report.status == "ended" and reason in ("", "manually-canceled"):
        return Status.COMPLETED if was_answered else Status.FAILED
    if report.status == "ended" or reason:
        return ENDED_REASONS.get(reason, Status.FAILED)
    if report.moment("endedAt"):
        return Status.FAILED
    return Status.IN_PROGRESS if was_answered else Status.INITIATED


def _ended_by(reason: str) -> EndedBy | None:
    return next(who for start, who in ENDED_BY.items() if reason.startswith(start)) if reason else None


def _assistant(report: _Report) -> Named | None:
    """The assistant, or what answers in its place; one defined inside the call has a name and no id."""
    call = report.call
    beside, inside = report.both("assistant")
    external_id = call.key("assistantId") or beside.key("id") or inside.key("id")
    name = beside.text("name", NAME_LENGTH) or inside.text("name", NAME_LENGTH)
    group = next((kind for kind in ("squad", "workflow") if call.get(f"{kind}Id")), None)
    if external_id or name or group is None:
        return named(external_id, name)
    return named(call.key(f"{group}Id"), call.fields(group).text("name", NAME_LENGTH))


def _numbers(report: _Report, direction: Direction | None) -> tuple[str | None, str | None]:
    """(from, to): `customer` is the other side in both directions, `phoneNumber` our line."""
    customer = next((side for side in report.both("customer") if side.data), Fields({}))
    other = customer.text("number", NUMBER_LENGTH) or customer.text("sipUri", NUMBER_LENGTH)
    ours = next((side.text("number", NUMBER_LENGTH) for side in report.both("phoneNumber") if side.data), None)
    return (ours, other) if direction == Direction.OUTBOUND else (other, ours)


def _duration_ms(report: _Report, answered_at: datetime | None, status: Status) -> int | None:
    """Talk time; None while the call goes on and when nobody answered."""
    message = report.message
    if status in LIVE_STATUSES or status in NOT_ANSWERED:
        return None
    for name, per_unit in (("durationMs", 1), ("durationSeconds", 1000), ("durationMinutes", 60_000)):
        length_ms = message.milliseconds(name, per_unit)
        if length_ms or (length_ms == 0 and answered_at):
            return length_ms
    return milliseconds(answered_at, report.moment("endedAt"))


def _metadata(report: _Report) -> dict[str, Json]:
    """What may be shown: never the assistant's prompts, nor addresses that control the call."""
    message, call = report.message, report.call
    analysis, artifact, customer = message.fields("analysis"), message.fields("artifact"), message.fields("customer")
    metrics = artifact.fields("performanceMetrics")
    return {
        **message.beyond("summary", "endedMessage", "compliance"),
        **analysis.beyond("summary", "successEvaluation"),
        **artifact.beyond("variableValues", "scorecards"),
        **metrics.beyond("numUserInterrupted", "numAssistantInterrupted"),
        **call.beyond("phoneCallProvider", "phoneCallProviderId", "phoneCallTransport", "phoneNumberId", "squadId"),
        **part("customer", customer.beyond("name", "externalId", "extension")),
        **part("phoneNumber", message.fields("phoneNumber").beyond("name", "provider")),
        **part("destination", message.fields("destination").beyond("type", "number", "sipUri")),
        **part("assistant", _models(message.fields("assistant"))),
    }


def _models(assistant: Fields) -> dict[str, Json]:
    parts = {
        name: assistant.fields(name).beyond("provider", "model", "voiceId")
        for name in ("transcriber", "model", "voice")
    }
    return {**{name: part for name, part in parts.items() if part}, **assistant.beyond("metadata")}
