"""Ultravox: the events of a call, and the page of its messages.

https://docs.ultravox.ai/webhooks/available-webhooks, https://docs.ultravox.ai/webhooks/securing-webhooks
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Speaker, Status
from calls.ingest.normalised import Ignored, Json, NormalisedCall, Turn
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, Fields, named
from calls.ingest.signatures import Received, is_one_of, is_recent, mac
from calls.ingest.turns import Conversation, tool_latencies
from calls.ingest.values import iso_time, milliseconds

NAME = "ultravox"
ADDRESS_SUFFICES = False
WINDOW_SECONDS = 60

# The events in their order, each with the time that it tells of.
EVENTS = {"call.started": "created", "call.joined": "joined", "call.ended": "ended", "call.billed": "ended"}
ENDED_REASONS = {
    "hangup": Status.COMPLETED,
    "agent_hangup": Status.COMPLETED,
    "timeout": Status.COMPLETED,
    "unjoined": Status.UNANSWERED,
    "connection_error": Status.FAILED,
    "system_error": Status.FAILED,
}
ENDED_BY = {"hangup": EndedBy.CALLER, "agent_hangup": EndedBy.ASSISTANT}
SPEAKERS = {"MESSAGE_ROLE_AGENT": Speaker.ASSISTANT, "MESSAGE_ROLE_USER": Speaker.CALLER}
SIP_NUMBER = re.compile(r"sips?:(\+?\d+)@.*")


def recognises(payload: dict[str, Json]) -> bool:
    call = payload.get("call")
    return (isinstance(call, dict) and "callId" in call) or ("callId" in payload and "results" in payload)


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """The time follows the body. There is a signature for each secret that is active there."""
    stamp = received.header("x-ultravox-webhook-timestamp")
    moment = iso_time(stamp)
    if moment is None or not is_recent(moment.timestamp(), received.now, WINDOW_SECONDS):
        return False
    expected = [mac(secret, received.body + stamp.encode()).hex() for secret in secrets]
    given = received.header("x-ultravox-webhook-signature").split(",")
    return any(is_one_of(one.strip().lower(), expected) for one in given)


def event(payload: dict[str, Json]) -> str:
    return str(payload.get("event", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    body = Fields.of(payload)
    if "results" in payload:
        return _messages(body)
    kind = body.required_key("event")
    if kind not in EVENTS:
        raise Ignored(f"Ultravox sends {kind}; the call log does not use it")
    return _call(body.fields("call"), kind)


def _call(call: Fields, kind: str) -> NormalisedCall:
    status, reason = _status(call, kind), call.text("endReason", NAME_LENGTH)
    answered_at, ended_at = call.moment("joined"), call.moment("ended")
    is_over = status not in LIVE_STATUSES
    direction, from_number, to_number = _sides(call.fields("medium"))
    agent = call.fields("agent")
    return NormalisedCall(
        source=NAME,
        external_id=call.required_key("callId"),
        observed_at=call.moment(EVENTS[kind]) or call.moment("created"),
        sequence=list(EVENTS).index(kind),
        status=status,
        raw_status=kind,
        ended_reason=reason,
        ended_by=ENDED_BY.get(reason, EndedBy.SYSTEM) if reason else None,
        assistant=named(call.key("agentId") or agent.key("agentId"), agent.text("name", NAME_LENGTH)),
        direction=direction,
        from_number=from_number,
        to_number=to_number,
        started_at=call.moment("created"),
        answered_at=answered_at,
        ended_at=ended_at,
        duration_ms=milliseconds(answered_at, ended_at) if is_over else None,
        metadata=_metadata(call),
    )


def _status(call: Fields, kind: str) -> Status:
    if kind == "call.started":
        return Status.INITIATED
    if kind == "call.joined":
        return Status.IN_PROGRESS
    reason = call.text("endReason")
    if reason is None:
        return Status.COMPLETED if call.get("joined") is not None else Status.UNANSWERED
    return ENDED_REASONS.get(reason, Status.FAILED)


def _sides(medium: Fields) -> tuple[Direction | None, str | None, str | None]:
    """(direction, from, to), where the medium tells."""
    for name in medium.data:
        way = medium.fields(name)
        for side, direction in (("incoming", Direction.INBOUND), ("outgoing", Direction.OUTBOUND)):
            if side in way.data:
                return direction, _number(way.fields(side), "from"), _number(way.fields(side), "to")
    return (Direction.WEB if "webRtc" in medium.data else None), None, None


def _number(side: Fields, name: str) -> str | None:
    """The number in a SIP address that begins with one."""
    text = side.text(name, NUMBER_LENGTH)
    match = SIP_NUMBER.fullmatch(text) if text else None
    return match[1] if match else text


def _metadata(call: Fields) -> dict[str, Json]:
    """Never the prompt."""
    billed_seconds = call.length("billedDuration")
    return {
        **call.beyond("shortSummary", "summary", "metadata", "billingStatus", "errorCount", "model", "voice"),
        **call.fields("sipDetails").beyond("terminationReason"),
        **({"billed_seconds": billed_seconds} if billed_seconds is not None else {}),
    }


def _messages(page: Fields) -> NormalisedCall:
    """A page of messages does not name its call: whoever posts it adds `callId`."""
    conversation = Conversation()
    for said in page.items("results"):
        _add(conversation, said)
    turns = conversation.turns()
    return NormalisedCall(
        source=NAME,
        external_id=page.required_key("callId"),
        transcript=turns,
        response_times=tool_latencies(turns),
    )


def _add(conversation: Conversation, said: Fields) -> None:
    role, span = said.text("role") or "", said.fields("timespan")
    text, start, end = said.json_text("text") or "", span.length("start"), span.length("end")
    tool, invocation = said.text("toolName", NAME_LENGTH), said.text("invocationId")
    if role == "MESSAGE_ROLE_TOOL_CALL":
        conversation.call_tool(invocation, Turn(Speaker.TOOL, text, start, name=tool))
    elif role == "MESSAGE_ROLE_TOOL_RESULT":
        conversation.tool_answered(invocation, Turn(Speaker.TOOL, "", None, start, name=tool, result=text or None))
    else:
        speaker = SPEAKERS.get(role, Speaker.SYSTEM)
        end = None if end is None or end < (start or 0) else end
        conversation.add(Turn(speaker, text, start, end, name=role or None if speaker == Speaker.SYSTEM else None))
