"""Retell AI: webhook events with their call, and call objects as list-calls gives them.

https://docs.retellai.com/features/webhook-overview, https://docs.retellai.com/reliability/debug-call-disconnect,
https://docs.retellai.com/api-references/get-call
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from calls.choices import LIVE_STATUSES, Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import CostPart, Ignored, Json, Latency, NormalisedCall, RecordingReference, Turn
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named
from calls.ingest.signatures import Received, in_hex, is_recent, parts
from calls.ingest.turns import Conversation, latency, tool_latencies, turns_of_lines
from calls.ingest.values import milliseconds, number_in

NAME = "retell"
ADDRESS_SUFFICES = False
WINDOW_SECONDS = 300
EPOCH_TIME = "epoch milliseconds"

# The events in the order they are sent; they may arrive in any. A call object tells as much as the last.
SEQUENCES = {
    "call_started": 0,
    "transcript_updated": 1,
    "transfer_started": 2,
    "transfer_bridged": 2,
    "transfer_cancelled": 2,
    "transfer_ended": 2,
    "call_ended": 3,
    "call_analyzed": 4,
}

# `ended` and `not_connected` mean nothing without their disconnection_reason.
STATUSES = {
    "registered": Status.INITIATED,
    "not_connected": Status.FAILED,
    "ongoing": Status.IN_PROGRESS,
    "ended": Status.COMPLETED,
    "error": Status.FAILED,
}

ENDED_REASONS = {
    "user_hangup": Status.COMPLETED,
    "agent_hangup": Status.COMPLETED,
    "call_transfer": Status.COMPLETED,
    "transfer_bridged": Status.COMPLETED,
    "transfer_cancelled": Status.COMPLETED,
    "inactivity": Status.COMPLETED,
    "max_duration_reached": Status.COMPLETED,
    "manual_stopped": Status.COMPLETED,
    "call_take_over": Status.COMPLETED,
    "ivr_reached": Status.COMPLETED,
    "voicemail_reached": Status.VOICEMAIL,
    "dial_busy": Status.BUSY,
    "user_declined": Status.BUSY,
    "dial_no_answer": Status.UNANSWERED,
    "error_user_not_joined": Status.UNANSWERED,
    "registered_call_timeout": Status.UNANSWERED,
}

# Every other reason is the system's.
ENDED_BY = {
    "user_hangup": EndedBy.CALLER,
    "user_declined": EndedBy.CALLER,
    "agent_hangup": EndedBy.ASSISTANT,
    "call_transfer": EndedBy.TRANSFER,
    "transfer_bridged": EndedBy.TRANSFER,
    "call_take_over": EndedBy.TRANSFER,
}

DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}
SPEAKERS = {"agent": Speaker.ASSISTANT, "user": Speaker.CALLER}
LATENCIES = {"e2e": ResponseKind.TURN, "asr": ResponseKind.STT, "llm": ResponseKind.LLM, "tts": ResponseKind.TTS}

# Product names are free text, such as elevenlabs_tts, gpt_4_1, us_telephony: the first pattern found in one.
PRODUCTS = (
    (r"tts|voice", Component.TTS),
    (r"asr|stt|transcri", Component.STT),
    (r"telephony|twilio|telnyx|vonage|sip|pstn|phone", Component.TELEPHONY),
    (r"analysis|analytic", Component.ANALYSIS),
    (r"llm|gpt|claude|gemini|llama|realtime|s2s|nova", Component.LLM),
    (r"retell|platform|infra|engine", Component.PLATFORM),
)


def recognises(payload: dict[str, Json]) -> bool:
    call = payload.get("call")
    if "event" in payload and isinstance(call, dict):
        return "call_id" in call or str(payload["event"]) in SEQUENCES
    return "call_id" in payload and ("call_type" in payload or "agent_id" in payload)


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """The key is the API key that is marked for webhooks; the time, in milliseconds, follows the body."""
    signed = parts(received.header("x-retell-signature"), r"v=(\d{1,20}),d=([0-9a-fA-F]{64})")
    if signed is None or not is_recent(int(signed[0]) / 1000, received.now, WINDOW_SECONDS):
        return False
    return in_hex(signed[1], received.body + signed[0].encode(), secrets)


def event(payload: dict[str, Json]) -> str:
    return str(payload.get("event", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    event, call = _event(Fields.of(payload))
    return _call(event, call, _status(event, call))


def _call(event: str, call: Fields, status: Status) -> NormalisedCall:
    started_at, ended_at = call.moment("start_timestamp", EPOCH_TIME), call.moment("end_timestamp", EPOCH_TIME)
    answered_at = started_at if _was_answered(call, status) else None
    reason = call.text("disconnection_reason", NAME_LENGTH)
    turns = _transcript(call)
    return NormalisedCall(
        source=NAME,
        external_id=call.required_key("call_id"),
        observed_at=ended_at or started_at,
        sequence=SEQUENCES[event],
        status=status,
        raw_status=call.text("call_status", WORD_LENGTH),
        ended_reason=reason,
        ended_by=ENDED_BY.get(reason, EndedBy.SYSTEM) if reason else None,
        assistant=named(call.key("agent_id"), call.text("agent_name", NAME_LENGTH)),
        campaign=named(call.key("batch_call_id"), None),
        direction=_direction(call),
        from_number=call.text("from_number", NUMBER_LENGTH),
        to_number=call.text("to_number", NUMBER_LENGTH),
        started_at=started_at or ended_at,
        answered_at=answered_at,
        ended_at=ended_at,
        duration_ms=_duration_ms(call, status, answered_at, ended_at),
        cost=call.fields("call_cost").amount("combined_cost", "USD cents"),
        cost_items=_cost_items(call.fields("call_cost")),
        transcript=turns,
        variables=_variables(call),
        response_times=(*_latencies(call.fields("latency")), *tool_latencies(turns)),
        recording=_recording(call),
        metadata=_metadata(call),
    )


def _event(payload: Fields) -> tuple[str, Fields]:
    """The event and its call; a call object counts as the last event that it can have come from."""
    if "call" in payload.data or "event" in payload.data:
        event = payload.required_key("event")
        if event not in SEQUENCES:
            raise Ignored(f"Retell sends {event}; the call log does not use it")
        return event, payload.fields("call")
    if payload.fields("call_analysis").data:
        return "call_analyzed", payload
    is_open = payload.get("end_timestamp") is None and payload.get("disconnection_reason") is None
    return ("call_started" if is_open else "call_ended"), payload


def _status(event: str, call: Fields) -> Status:
    """An unknown status is failed once the call has ended, and open before."""
    reason, status = call.text("disconnection_reason"), call.text("call_status")
    if call.fields("call_analysis").flag("in_voicemail"):
        return Status.VOICEMAIL
    if reason:
        return ENDED_REASONS.get(reason, Status.FAILED)
    if status in STATUSES:
        return STATUSES[status]
    has_ended = call.get("end_timestamp") is not None or event in ("call_ended", "call_analyzed")
    return Status.FAILED if has_ended else Status.IN_PROGRESS


def _was_answered(call: Fields, status: Status) -> bool:
    """Retell does not say when a call was answered: it counts from its start, once there was a conversation."""
    if status == Status.FAILED:
        return bool(call.milliseconds("duration_ms"))
    return status in (Status.IN_PROGRESS, Status.COMPLETED, Status.VOICEMAIL)


def _duration_ms(call: Fields, status: Status, answered_at: datetime | None, ended_at: datetime | None) -> int | None:
    if status in LIVE_STATUSES or not _was_answered(call, status):
        return None
    length_ms = call.milliseconds("duration_ms")
    return milliseconds(answered_at, ended_at) if length_ms is None else length_ms


def _direction(call: Fields) -> Direction | None:
    if call.text("call_type") == "web_call":
        return Direction.WEB
    return DIRECTIONS.get(call.text("direction") or "")


def _transcript(call: Fields) -> tuple[Turn, ...]:
    """The version without personal data where there is one, then the one with tool calls."""
    for name in ("scrubbed_transcript_with_tool_calls", "transcript_with_tool_calls", "transcript_object"):
        turns = _turns(list(call.items(name)))
        if turns:
            return turns
    return turns_of_lines(call.text("transcript") or "", SPEAKERS)


def _turns(entries: list[Fields]) -> tuple[Turn, ...]:
    conversation = Conversation()
    for entry in entries:
        role, at_seconds = entry.text("role") or "", entry.offset("time_sec")
        match role:
            case "tool_call_invocation":
                arguments = entry.json_text("arguments") or ""
                turn = Turn(Speaker.TOOL, arguments, at_seconds, name=entry.text("name"))
                conversation.call_tool(entry.text("tool_call_id"), turn)
            case "tool_call_result":
                conversation.tool_answered(entry.text("tool_call_id"), _tool_answer(entry, at_seconds))
            case "node_transition":
                pass  # a step of the flow, which nobody hears
            case "dtmf":
                digit = entry.text("digit")
                conversation.add(Turn(Speaker.CALLER, f"DTMF {digit}" if digit else "", at_seconds))
            case _:
                conversation.add(_spoken(role, entry, at_seconds))
    return conversation.turns()


def _tool_answer(entry: Fields, at_seconds: float | None) -> Turn:
    successful = entry.flag("successful")
    is_error = None if successful is None else not successful
    return Turn(Speaker.TOOL, "", None, at_seconds, result=entry.json_text("content"), is_error=is_error)


def _spoken(role: str, entry: Fields, at_seconds: float | None) -> Turn:
    """A turn from its first word's start to its last word's end; another role keeps its word as the name."""
    words = list(entry.items("words"))
    starts = [start for word in words if (start := word.offset("start")) is not None]
    ends = [end for word in words if (end := word.offset("end")) is not None]
    start, end = starts[0] if starts else at_seconds, ends[-1] if ends else None
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    return Turn(
        speaker,
        entry.json_text("content") or "",
        start,
        None if end is None or end < (start or 0) else end,
        name=role or None if speaker == Speaker.SYSTEM else None,
    )


def _cost_items(costs: Fields) -> tuple[CostPart, ...]:
    parts = []
    for entry in costs.items("product_costs"):
        amount, product = entry.amount("cost", "USD cents"), entry.text("product", WORD_LENGTH) or ""
        if amount is not None:
            parts.append(CostPart(_component(product), amount, product))
    return tuple(parts)


def _component(product: str) -> Component:
    found = (component for pattern, component in PRODUCTS if re.search(pattern, product.lower()))
    return next(found, Component.OTHER)


def _variables(call: Fields) -> dict[str, Json]:
    """What was captured in the call and by its analysis, which knows better."""
    collected = call.json_object("collected_dynamic_variables")
    return captured({**collected, **call.fields("call_analysis").json_object("custom_analysis_data")})


def _latencies(latencies: Fields) -> tuple[Latency, ...]:
    found: list[Latency] = []
    for name, kind in LATENCIES.items():
        for value in latencies.fields(name).values("values"):
            found.extend(latency(kind, number_in(value)))
    return tuple(found)


def _recording(call: Fields) -> RecordingReference | None:
    """The sound without personal data where there is one, then the one with a channel for each side."""
    for prefix in ("scrubbed_", ""):
        for name, channels in (("recording_multi_channel_url", 2), ("recording_url", 1)):
            url = call.url(f"{prefix}{name}")
            if url:
                return RecordingReference(url, channels)
    return None


def _metadata(call: Fields) -> dict[str, Json]:
    return {
        **call.fields("call_analysis").beyond("call_summary", "user_sentiment", "call_successful", "in_voicemail"),
        **call.beyond(
            "metadata",
            "retell_llm_dynamic_variables",
            "custom_attributes",
            "agent_version",
            "agent_tag",
            "data_storage_setting",
            "telephony_identifier",
            "custom_sip_headers",
            "llm_token_usage",
        ),
    }
