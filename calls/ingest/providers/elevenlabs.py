"""ElevenLabs Agents: post-call webhooks, and conversations as GET /v1/convai/conversations/{id} gives them.

https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from calls.choices import LIVE_STATUSES, Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import (
    Amount,
    CostPart,
    Ignored,
    Json,
    Latency,
    Named,
    NormalisedCall,
    RecordingReference,
    Turn,
)
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named, part
from calls.ingest.signatures import Received, in_hex, is_recent, parts
from calls.ingest.turns import Conversation, latency, tool_latencies
from calls.ingest.values import number_in, plain_text

NAME = "elevenlabs"
ADDRESS_SUFFICES = False
WINDOW_SECONDS = 1800
TRANSCRIPTION, FAILURE, AUDIO = "post_call_transcription", "call_initiation_failure", "post_call_audio"
EPOCH_TIME = "epoch seconds"

STATUSES = {
    "initiated": Status.INITIATED,
    "in-progress": Status.IN_PROGRESS,
    "processing": Status.IN_PROGRESS,
    "done": Status.COMPLETED,
    "failed": Status.FAILED,
}
FAILURE_REASONS = {"busy": Status.BUSY, "no-answer": Status.UNANSWERED, "unknown": Status.FAILED}
DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}
SPEAKERS = {"agent": Speaker.ASSISTANT, "user": Speaker.CALLER}

METRICS = {"convai_llm_service_ttfb": ResponseKind.LLM, "convai_tts_service_ttfb": ResponseKind.TTS}

# termination_reason is free text: the first of these found in it says who ended the call.
ENDED_BY = (
    ("silence", EndedBy.SYSTEM),
    ("duration", EndedBy.SYSTEM),
    ("transfer", EndedBy.TRANSFER),
    ("remote party", EndedBy.CALLER),
    ("client", EndedBy.CALLER),
    ("user", EndedBy.CALLER),
    ("end_call", EndedBy.ASSISTANT),
    ("voicemail_detection", EndedBy.ASSISTANT),
    ("agent", EndedBy.ASSISTANT),
)


def recognises(payload: dict[str, Json]) -> bool:
    data = payload.get("data")
    if "type" in payload and isinstance(data, dict) and "conversation_id" in data:
        return True
    is_known = payload.get("type") in (TRANSCRIPTION, FAILURE, AUDIO)
    return is_known or ("conversation_id" in payload and "agent_id" in payload)


def verify(received: Received, secrets: Sequence[str]) -> bool:
    signed = parts(received.header("elevenlabs-signature"), r"t=(\d{1,20}),v0=([0-9a-fA-F]{64})")
    if signed is None or not is_recent(int(signed[0]), received.now, WINDOW_SECONDS):
        return False
    return in_hex(signed[1], signed[0].encode() + b"." + received.body, secrets)


def event(payload: dict[str, Json]) -> str:
    return str(payload.get("type", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    event = Fields.of(payload)
    if "data" not in payload and "type" not in payload:
        return _conversation(event, None, is_over=event.fields("metadata").get("termination_reason") is not None)
    kind, data = event.required_key("type"), event.fields("data")
    if kind == AUDIO:
        return _audio(data, event.moment("event_timestamp", EPOCH_TIME))
    if kind not in (TRANSCRIPTION, FAILURE):
        raise Ignored(f"ElevenLabs sends {kind}; the call log does not use it")
    sent_at = event.moment("event_timestamp", EPOCH_TIME)
    return _failure(data, sent_at) if kind == FAILURE else _conversation(data, sent_at, is_over=True)


def _audio(data: Fields, sent_at: datetime | None) -> NormalisedCall:
    """The sound of a call comes by itself, after the call: an MP3 in base64."""
    text = data.needed(data.text("full_audio"), "full_audio", "base64")
    try:
        audio = b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise data.fail("full_audio", "base64") from None
    return NormalisedCall(
        source=NAME,
        external_id=data.required_key("conversation_id"),
        observed_at=sent_at,
        assistant=_assistant(data),
        recording=RecordingReference(audio=audio),
    )


def _failure(data: Fields, sent_at: datetime | None) -> NormalisedCall:
    """An outbound call that never began. `body` is Twilio's callback or SIP facts, with other names."""
    reason = data.text("failure_reason", WORD_LENGTH)
    body = data.fields("metadata").fields("body")
    return NormalisedCall(
        source=NAME,
        external_id=data.required_key("conversation_id"),
        observed_at=sent_at,
        status=FAILURE_REASONS.get(reason or "", Status.FAILED),
        raw_status=reason,
        ended_reason=reason,
        ended_by=EndedBy.SYSTEM,
        assistant=_assistant(data),
        direction=Direction.OUTBOUND,
        from_number=body.text("From", NUMBER_LENGTH) or body.text("from_number", NUMBER_LENGTH),
        to_number=body.text("To", NUMBER_LENGTH) or body.text("to_number", NUMBER_LENGTH),
        started_at=sent_at,
        ended_at=sent_at,
        metadata={
            **body.beyond("CallSid", "SipResponseCode", "call_sid", "sip_status_code", "error_reason"),
            **_dynamic_variables(data),
        },
    )


def _conversation(data: Fields, sent_at: datetime | None, is_over: bool) -> NormalisedCall:
    facts, turns = data.fields("metadata"), _transcript(data)
    status = _status(data, is_over)
    started_at, answered_at, ended_at, duration_ms = _times(facts, status)
    direction, from_number, to_number = _phone_call(facts)
    reason = facts.text("termination_reason", NAME_LENGTH)
    return NormalisedCall(
        source=NAME,
        external_id=data.required_key("conversation_id"),
        observed_at=sent_at or ended_at or started_at,
        status=status,
        raw_status=data.text("status", WORD_LENGTH),
        ended_reason=reason,
        ended_by=_ended_by(reason) if reason else None,
        assistant=_assistant(data),
        campaign=named(facts.fields("batch_call").key("batch_call_id")),
        direction=direction,
        from_number=from_number,
        to_number=to_number,
        started_at=started_at,
        answered_at=answered_at,
        ended_at=ended_at,
        duration_ms=duration_ms,
        cost=facts.amount("cost_fiat", "USD") or _credits(facts),
        cost_items=_cost_items(facts),
        transcript=turns,
        variables=_variables(data.fields("analysis")),
        response_times=(*_latencies(data), *tool_latencies(turns)),
        metadata=_metadata(data),
    )


def _status(data: Fields, is_over: bool) -> Status:
    """An unknown status is failed once the call is over, and open before."""
    if _reached_voicemail(data):
        return Status.VOICEMAIL
    status = data.text("status")
    if status in STATUSES:
        return STATUSES[status]
    if status is None and is_over:
        return Status.COMPLETED
    return Status.FAILED if is_over else Status.IN_PROGRESS


def _reached_voicemail(data: Fields) -> bool:
    detection = data.fields("metadata").fields("features_usage").fields("voicemail_detection")
    calls = (call for turn in data.items("transcript") for call in turn.items("tool_calls"))
    return bool(detection.flag("used")) or any(
        call.get("tool_name") == "voicemail_detection" and call.flag("tool_has_been_called") is not False
        for call in calls
    )


def _times(facts: Fields, status: Status) -> tuple[datetime | None, datetime | None, datetime | None, int | None]:
    """(started, answered, ended, talk milliseconds). The end is not sent: it is the start and the duration."""
    accepted_at = facts.moment("accepted_time_unix_secs", EPOCH_TIME)
    started_at = facts.moment("start_time_unix_secs", EPOCH_TIME) or accepted_at
    duration_ms = facts.milliseconds("call_duration_secs", per_unit=1000)
    was_answered = status in (Status.IN_PROGRESS, Status.COMPLETED, Status.VOICEMAIL) or bool(duration_ms)
    answered_at = ended_at = None
    if started_at and was_answered:
        answered_at = max(started_at, accepted_at or started_at)
    if status in LIVE_STATUSES:
        return started_at, answered_at, None, None
    if started_at and duration_ms is not None:
        ended_at = started_at + timedelta(milliseconds=duration_ms)
    return started_at, answered_at, ended_at, duration_ms if was_answered else None


def _phone_call(facts: Fields) -> tuple[Direction | None, str | None, str | None]:
    """(direction, from, to). No phone call, said with null, is a conversation on the web."""
    phone_call = facts.fields("phone_call")
    if not phone_call.data:
        return (Direction.WEB if "phone_call" in facts.data else None), None, None
    direction = DIRECTIONS.get(phone_call.text("direction") or "")
    ours, other = phone_call.text("agent_number", NUMBER_LENGTH), phone_call.text("external_number", NUMBER_LENGTH)
    return (direction, ours, other) if direction == Direction.OUTBOUND else (direction, other, ours)


def _ended_by(reason: str) -> EndedBy:
    return next((who for words, who in ENDED_BY if words in reason.lower()), EndedBy.SYSTEM)


def _assistant(data: Fields) -> Named | None:
    return named(data.key("agent_id"), data.text("agent_name", NAME_LENGTH))


def _transcript(data: Fields) -> tuple[Turn, ...]:
    """What was said in a turn comes before its tools, which share its time in whole seconds."""
    conversation = Conversation()
    for said in data.items("transcript"):
        at_seconds = said.offset("time_in_call_secs")
        conversation.add(_spoken(said, at_seconds))
        for call in said.items("tool_calls"):
            arguments = call.json_text("params_as_json") or ""
            turn = Turn(Speaker.TOOL, arguments, at_seconds, name=call.text("tool_name"))
            conversation.call_tool(call.text("request_id"), turn)
        for result in said.items("tool_results"):
            answer = Turn(
                Speaker.TOOL,
                "",
                name=result.text("tool_name"),
                result=result.json_text("result_value"),
                is_error=result.flag("is_error"),
            )
            conversation.tool_answered(result.text("request_id"), answer, result.seconds("tool_latency_secs"))
    return conversation.turns()


def _spoken(said: Fields, at_seconds: float | None) -> Turn:
    role = said.text("role") or ""
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    return Turn(
        speaker,
        said.text("message") or "",
        at_seconds,
        name=role or None if speaker == Speaker.SYSTEM else None,
        interrupted=said.flag("interrupted") or None,
    )


def _credits(facts: Fields) -> Amount | None:
    return facts.amount("cost", "platform credits")


def _cost_items(facts: Fields) -> tuple[CostPart, ...]:
    """In ElevenLabs' own credits; what one of them cost is known once the whole is given in USD too."""
    charging, usd, whole = facts.fields("charging"), facts.amount("cost_fiat", "USD"), _credits(facts)
    usd_each = usd.value / whole.value if usd and whole and whole.value else None
    parts = (("llm_charge", Component.LLM), ("call_charge", Component.PLATFORM))
    amounts = ((name, component, charging.amount(name, "platform credits")) for name, component in parts)
    return tuple(
        CostPart(component, replace(amount, usd_each=usd_each), name) for name, component, amount in amounts if amount
    )


def _latencies(data: Fields) -> tuple[Latency, ...]:
    """Response times of the agent's turns, in seconds there; older payloads have no inner `metrics`."""
    found: list[Latency] = []
    for said in data.items("transcript"):
        outer = said.fields("conversation_turn_metrics")
        metrics = outer.fields("metrics") if "metrics" in outer.data else outer
        for name in metrics.data:
            kind = _kind(name)
            elapsed_seconds = _elapsed_seconds(metrics.get(name))
            if kind and elapsed_seconds is not None:
                found.extend(latency(kind, elapsed_seconds * 1000, said.offset("time_in_call_secs")))
    return tuple(found)


def _kind(metric: str) -> ResponseKind | None:
    """What a metric measures: the time to the first byte of a model or a voice, any of speech recognition."""
    if metric in METRICS:
        return METRICS[metric]
    return ResponseKind.STT if "_asr_" in metric else None


def _elapsed_seconds(metric: Json) -> Decimal | None:
    return number_in(metric.get("elapsed_time") if isinstance(metric, dict) else metric)


def _variables(analysis: Fields) -> dict[str, Json]:
    """What was found of what was asked for."""
    results = analysis.fields("data_collection_results")
    found = {plain_text(name): results.fields(name).json("value") for name in results.data}
    for result in analysis.items("data_collection_results_list"):
        found.setdefault(result.text("data_collection_id") or "", result.json("value"))
    return captured(found)


def _metadata(data: Fields) -> dict[str, Json]:
    facts, analysis = data.fields("metadata"), data.fields("analysis")
    criteria = analysis.fields("evaluation_criteria_results")
    verdicts = {plain_text(name): criteria.fields(name).beyond("result", "rationale") for name in criteria.data}
    return {
        **analysis.beyond("transcript_summary", "call_summary_title", "call_successful", "call_success_score"),
        **({"evaluation_criteria_results": verdicts} if verdicts else {}),
        **data.beyond("user_id", "branch_id", "version_id"),
        **facts.beyond(
            "cost", "cost_fiat", "error", "warnings", "main_language", "conversation_initiation_source", "timezone"
        ),
        **part("phone_call", facts.fields("phone_call").beyond("type", "call_sid", "phone_number_id")),
        **part("charging", facts.fields("charging").beyond("tier", "llm_price", "is_burst", "tts_usage", "asr_usage")),
        **_dynamic_variables(data),
    }


def _dynamic_variables(data: Fields) -> dict[str, Json]:
    """What went into the call. system__ repeats our fields, secret__ is a credential."""
    given = data.fields("conversation_initiation_client_data").fields("dynamic_variables")
    return part("dynamic_variables", given.beyond(*(name for name in given.data if not name.startswith("system__"))))
