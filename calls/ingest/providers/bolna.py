"""Bolna: the whole execution, posted at every change of its status.

https://www.bolna.ai/docs/api-reference/executions/payload
"""

from __future__ import annotations

from datetime import datetime

from calls.choices import LIVE_STATUSES, Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import CostPart, Json, Latency, NormalisedCall, RecordingReference
from calls.ingest.reading import ISO_TIME, NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named
from calls.ingest.signatures import signs_nothing
from calls.ingest.turns import latency, turns_of_lines
from calls.ingest.values import utc_time

NAME = "bolna"
ADDRESS_SUFFICES = True
verify = signs_nothing

# In the order in which a call passes through them.
STATUSES = {
    "scheduled": Status.INITIATED,
    "queued": Status.INITIATED,
    "rescheduled": Status.INITIATED,
    "initiated": Status.INITIATED,
    "ringing": Status.RINGING,
    "in-progress": Status.IN_PROGRESS,
    "call-disconnected": Status.IN_PROGRESS,
    "completed": Status.COMPLETED,
    "busy": Status.BUSY,
    "no-answer": Status.UNANSWERED,
    "balance-low": Status.FAILED,
    "canceled": Status.FAILED,
    "failed": Status.FAILED,
    "stopped": Status.FAILED,
    "error": Status.FAILED,
}
COMPONENTS = {
    "llm": Component.LLM,
    "network": Component.TELEPHONY,
    "platform": Component.PLATFORM,
    "synthesizer": Component.TTS,
    "transcriber": Component.STT,
}
DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}
LINES = {"assistant": Speaker.ASSISTANT, "user": Speaker.CALLER}


def recognises(payload: dict[str, Json]) -> bool:
    return "agent_id" in payload and ("telephony_data" in payload or "conversation_duration" in payload)


def event(payload: dict[str, Json]) -> str:
    return str(payload.get("status", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    call = Fields.of(payload)
    line, word = call.fields("telephony_data"), call.text("status", WORD_LENGTH) or ""
    status, updated_at = _status(call, word), _moment(call, "updated_at")
    is_over = status not in LIVE_STATUSES
    direction = DIRECTIONS.get(line.text("call_type") or "")
    url = line.url("recording_url")
    return NormalisedCall(
        source=NAME,
        external_id=call.key("id") or call.key("execution_id") or call.required_key("id"),
        observed_at=updated_at,
        sequence=list(STATUSES).index(word) if word in STATUSES else len(STATUSES),
        status=status,
        raw_status=word or None,
        ended_reason=line.text("hangup_reason", NAME_LENGTH) or call.text("error_message", NAME_LENGTH),
        ended_by=_ended_by(line, direction) if is_over else None,
        assistant=named(call.key("agent_id")),
        campaign=named(call.key("campaign_id") or call.key("batch_id")),
        direction=direction,
        from_number=line.text("from_number", NUMBER_LENGTH),
        to_number=line.text("to_number", NUMBER_LENGTH)
        or call.fields("context_details").text("recipient_phone_number", NUMBER_LENGTH),
        started_at=_moment(call, "created_at"),
        answered_at=updated_at if word == "in-progress" else None,
        ended_at=updated_at if word == "call-disconnected" else None,
        duration_ms=call.milliseconds("conversation_duration", per_unit=1000) if is_over else None,
        cost=call.amount("total_cost", "USD cents") if is_over else None,
        cost_items=_cost_items(call.fields("cost_breakdown")) if is_over else (),
        transcript=turns_of_lines(call.text("transcript") or "", LINES),
        variables=captured({**call.json_object("custom_extractions"), **call.json_object("extracted_data")}),
        response_times=_latencies(call.fields("latency_data")),
        recording=RecordingReference(url) if url else None,
        metadata=_metadata(call, line),
    )


def _moment(call: Fields, name: str) -> datetime | None:
    """Times have no offset: they are UTC."""
    return call.moment(name, ISO_TIME, of_text=utc_time)


def _status(call: Fields, word: str) -> Status:
    if call.flag("answered_by_voice_mail"):
        return Status.VOICEMAIL
    return STATUSES.get(word, Status.FAILED)


def _ended_by(line: Fields, direction: Direction | None) -> EndedBy | None:
    """The human is the callee of an outbound call and the caller of an inbound one."""
    who = (line.text("hangup_by") or "").lower()
    if not who:
        return None
    human = {Direction.OUTBOUND: "callee", Direction.INBOUND: "caller"}.get(direction) if direction else None
    if who in (human, "user"):
        return EndedBy.CALLER
    return EndedBy.ASSISTANT if who in ("agent", "assistant", "caller", "callee") else EndedBy.SYSTEM


def _cost_items(parts: Fields) -> tuple[CostPart, ...]:
    amounts = [(name, component, parts.amount(name, "USD cents")) for name, component in COMPONENTS.items()]
    return tuple(CostPart(component, amount, name) for name, component, amount in amounts if amount)


def _latencies(data: Fields) -> tuple[Latency, ...]:
    """How long speech took to become text; the other parts have no fixed form."""
    found: list[Latency] = []
    for turn in data.fields("transcriber").items("turns"):
        for measured in turn.items("turn_latency"):
            found.extend(latency(ResponseKind.STT, measured.number("audio_to_text_latency", "milliseconds")))
    return tuple(found)


def _metadata(call: Fields, line: Fields) -> dict[str, Json]:
    return {
        **call.beyond("summary", "error_message", "smart_status", "usage_breakdown", "transfer_call_data"),
        **line.beyond("provider", "provider_call_id", "hangup_by", "hangup_provider_code"),
        **call.fields("context_details").beyond("recipient_data"),
        **({"billed_seconds": billed} if (billed := line.seconds("duration")) else {}),
    }
