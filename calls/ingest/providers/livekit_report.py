"""The session report of a LiveKit agent: what was said, and how quick it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.choices import EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import Json, Latency, NormalisedCall, Turn
from calls.ingest.reading import NAME_LENGTH, Fields, part
from calls.ingest.turns import Conversation, latency, tool_latencies

EPOCH_TIME = "epoch seconds"
CLOSE_REASONS = {
    "participant_disconnected": Status.COMPLETED,
    "user_initiated": Status.COMPLETED,
    "task_completed": Status.COMPLETED,
    "job_shutdown": Status.COMPLETED,
    "error": Status.FAILED,
}
ENDED_BY = {"participant_disconnected": EndedBy.CALLER, "task_completed": EndedBy.ASSISTANT}
# Machine detection, where the application adds it to the events.
CATEGORIES = {"machine-vm": Status.VOICEMAIL, "machine-unavailable": Status.VOICEMAIL}
SPEAKERS = {"assistant": Speaker.ASSISTANT, "user": Speaker.CALLER}
PROMPTS = ("system", "developer")
METRICS = {
    "llm_node_ttft": ResponseKind.LLM,
    "tts_node_ttfb": ResponseKind.TTS,
    "transcription_delay": ResponseKind.STT,
    "e2e_latency": ResponseKind.TURN,
}


def parse(report: Fields, source: str) -> NormalisedCall:
    items = list(report.fields("chat_history").items("items"))
    start, turns = _start(report, items), _transcript(report, items)
    closed = next((one for one in report.items("events") if one.text("type") == "close"), None)
    reason = closed.text("reason", NAME_LENGTH) if closed else None
    return NormalisedCall(
        source=source,
        external_id=report.required_key("room_id"),
        observed_at=report.moment("timestamp", EPOCH_TIME),
        status=CLOSE_REASONS.get(reason, Status.FAILED) if reason else None,
        completed_as=_completed_as(report),
        ended_by=ENDED_BY.get(reason, EndedBy.SYSTEM) if reason else None,
        ended_at=closed.moment("created_at", EPOCH_TIME) if closed else None,
        transcript=turns,
        response_times=(*_latencies(items, start), *tool_latencies(turns)),
        metadata={
            **report.beyond("job_id", "usage", "sdk_version"),
            **part("close", {"reason": reason} if reason else {}),
        },
    )


def _completed_as(report: Fields) -> Status | None:
    categories = [event.text("category") for event in report.items("events") if "amd" in (event.text("type") or "")]
    return next((CATEGORIES[one] for one in categories if one in CATEGORIES), None)


def _start(report: Fields, items: list[Fields]) -> datetime | None:
    """Where the audio begins; without a recording, where somebody first speaks."""
    recorded = report.moment("audio_recording_started_at", EPOCH_TIME)
    spoken = (item.fields("metrics").moment("started_speaking_at", EPOCH_TIME) for item in items)
    return recorded or next(filter(None, spoken), None)


def _transcript(report: Fields, items: list[Fields]) -> tuple[Turn, ...]:
    start, conversation = _start(report, items), Conversation()
    for item in items:
        at_seconds = _offset(item, "created_at", start)
        match item.text("type"):
            case "function_call":
                arguments, name = item.json_text("arguments") or "", item.text("name", NAME_LENGTH)
                conversation.call_tool(item.text("call_id"), Turn(Speaker.TOOL, arguments, at_seconds, name=name))
            case "function_call_output":
                conversation.tool_answered(item.text("call_id"), _answer(item, at_seconds))
            case "message":
                if item.text("role") not in PROMPTS:
                    conversation.add(_spoken(item, start))
    return conversation.turns()


def _answer(item: Fields, at_seconds: float | None) -> Turn:
    name, output = item.text("name", NAME_LENGTH), item.json_text("output")
    return Turn(Speaker.TOOL, "", None, at_seconds, name=name, result=output, is_error=item.flag("is_error") or None)


def _spoken(item: Fields, start: datetime | None) -> Turn:
    role, metrics = item.text("role") or "", item.fields("metrics")
    begin, end = _offset(metrics, "started_speaking_at", start), _offset(metrics, "stopped_speaking_at", start)
    begin = _offset(item, "created_at", start) if begin is None else begin
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    return Turn(
        speaker,
        _text(item),
        begin,
        None if end is None or end < (begin or 0) else end,
        name=role or None if speaker == Speaker.SYSTEM else None,
        interrupted=item.flag("interrupted") or None,
    )


def _text(item: Fields) -> str:
    """The text in a list of texts and other things."""
    content: Json = item.json("content")
    parts = content if isinstance(content, list) else [content]
    return " ".join(part.strip() for part in parts if isinstance(part, str)).strip()


def _offset(fields: Fields, name: str, start: datetime | None) -> float | None:
    moment = fields.moment(name, EPOCH_TIME)
    if start is None or moment is None:
        return None
    return max(0.0, round((moment - start) / timedelta(seconds=1), 3))


def _latencies(items: list[Fields], start: datetime | None) -> tuple[Latency, ...]:
    """In seconds there."""
    found: list[Latency] = []
    for item in items:
        metrics = item.fields("metrics")
        at_seconds = _offset(metrics, "started_speaking_at", start)
        for name, kind in METRICS.items():
            seconds = metrics.number(name, "seconds")
            found.extend(latency(kind, None if seconds is None else seconds * 1000, at_seconds))
    return tuple(found)
