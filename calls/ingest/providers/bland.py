"""Bland: the call object that is posted after a call, and the corrected transcript that follows.

https://docs.bland.ai/api-v1/get/calls-id, https://docs.bland.ai/tutorials/webhook-signing
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Speaker, Status
from calls.ingest.normalised import Ignored, Json, NormalisedCall, RecordingReference, Turn
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named
from calls.ingest.signatures import Received, in_hex
from calls.ingest.turns import in_order, turns_of_lines

NAME = "bland"
ADDRESS_SUFFICES = True  # signing is a choice of the account

STATUSES = {
    "completed": Status.COMPLETED,
    "no-answer": Status.UNANSWERED,
    "busy": Status.BUSY,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
    "in-progress": Status.IN_PROGRESS,
    "started": Status.IN_PROGRESS,
    "ringing": Status.RINGING,
    "queued": Status.INITIATED,
}
QUEUE_STATUSES = {
    "new": Status.INITIATED,
    "queued": Status.INITIATED,
    "allocated": Status.INITIATED,
    "started": Status.IN_PROGRESS,
    "complete": Status.COMPLETED,
    "completed": Status.COMPLETED,
    "pre_queue_error": Status.FAILED,
    "queue_error": Status.FAILED,
    "call_error": Status.FAILED,
    "complete_error": Status.FAILED,
}
# Counts before the status: a call can be completed though nobody answered.
ANSWERED_BY = {"voicemail": Status.VOICEMAIL, "no-answer": Status.UNANSWERED}
ENDED_BY = {"assistant": EndedBy.ASSISTANT, "agent": EndedBy.ASSISTANT, "user": EndedBy.CALLER}
SPEAKERS = {
    "assistant": Speaker.ASSISTANT,
    "agent": Speaker.ASSISTANT,
    "robot": Speaker.ASSISTANT,
    "user": Speaker.CALLER,
}

# What the system puts among the variables.
SYSTEM_VARIABLES = {
    *("now", "now_utc", "short_from", "short_to", "from", "to", "call_id", "c_id", "batch_id", "phone_number"),
    *("country", "state", "city", "zip", "language", "timezone", "inbound", "timestamp"),
}


def recognises(payload: dict[str, Json]) -> bool:
    return "call_id" in payload and (
        "corrected_transcript" in payload or "c_id" in payload or "queue_status" in payload
    )


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """There is no time in it: a repeated body is one delivery."""
    return in_hex(received.header("x-webhook-signature"), received.body, secrets)


def event(payload: dict[str, Json]) -> str:
    return "corrected_transcript" if "corrected_transcript" in payload else str(payload.get("category", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    call = Fields.of(payload)
    if "category" in payload and "message" in payload:
        raise Ignored("Bland streams the events of a call; the call log waits for its end")
    return _correction(call) if "corrected_transcript" in payload and "status" not in payload else _call(call)


def _correction(call: Fields) -> NormalisedCall:
    """The transcript heard once more. It tells of no moment, and counts more than the first."""
    segments = call.fields("corrected_transcript").items("segments")
    return NormalisedCall(
        source=NAME,
        external_id=call.required_key("call_id"),
        is_correction=True,
        transcript=in_order(turn for turn in map(_segment, segments) if turn.text),
        metadata=call.beyond("citations"),
    )


def _segment(said: Fields) -> Turn:
    start, end = said.offset("start_time"), said.offset("end_time")
    return _turn(said.text("speaker"), said.text("text"), start, end)


def _turn(who: str | None, text: str | None, start: float | None, end: float | None = None) -> Turn:
    """What an agent does is a note of the system; another speaker keeps the word as the name."""
    speaker = SPEAKERS.get((who or "").lower(), Speaker.SYSTEM)
    end = None if end is None or end < (start or 0) else end
    return Turn(speaker, text or "", start, end, name=who if speaker == Speaker.SYSTEM else None)


def _call(call: Fields) -> NormalisedCall:
    status = _status(call)
    is_over = status not in LIVE_STATUSES
    answered_at, ended_at = _times(call, status)
    return NormalisedCall(
        source=NAME,
        external_id=call.required_key("call_id"),
        observed_at=call.moment("end_at") or call.moment("started_at") or call.moment("created_at"),
        sequence=1 if is_over else 0,
        status=status,
        raw_status=call.text("status", WORD_LENGTH),
        ended_reason=_ended_reason(call),
        ended_by=_ended_by(call, status) if is_over else None,
        assistant=named(call.key("pathway_id")),
        campaign=named(call.key("batch_id")),
        direction={True: Direction.INBOUND, False: Direction.OUTBOUND, None: None}[call.flag("inbound")],
        from_number=call.text("from", NUMBER_LENGTH),
        to_number=call.text("to", NUMBER_LENGTH),
        started_at=call.moment("created_at") or call.moment("started_at"),
        answered_at=answered_at,
        ended_at=ended_at,
        duration_ms=call.milliseconds("call_length", per_unit=60_000) if is_over and _was_answered(status) else None,
        cost=call.amount("price", "USD") if is_over else None,
        transcript=_transcript(call),
        variables=_variables(call),
        recording=_recording(call),
        metadata=call.beyond(
            *("summary", "disposition_tag", "answered_by", "error_message", "metadata", "citations", "pathway_tags"),
            *("transferred_to", "transferred_at", "pre_transfer_duration", "post_transfer_duration"),
        ),
    )


def _status(call: Fields) -> Status:
    """An unknown status is failed once the call is over, and open before."""
    for name, words in (("answered_by", ANSWERED_BY), ("status", STATUSES), ("queue_status", QUEUE_STATUSES)):
        if (word := (call.text(name) or "").lower()) in words:
            return words[word]
    is_over = call.get("end_at") is not None or call.flag("completed") or call.get("error_message") is not None
    return Status.FAILED if is_over else Status.IN_PROGRESS


def _was_answered(status: Status) -> bool:
    return status in (Status.IN_PROGRESS, Status.COMPLETED, Status.VOICEMAIL)


def _times(call: Fields, status: Status) -> tuple[datetime | None, datetime | None]:
    """(answered, ended). created_at is when it was queued, started_at when somebody answered."""
    answered_at = call.moment("started_at") if _was_answered(status) else None
    return answered_at, None if status in LIVE_STATUSES else call.moment("end_at")


def _ended_reason(call: Fields) -> str | None:
    return call.text("error_message", NAME_LENGTH) or call.text("disposition_tag", NAME_LENGTH)


def _ended_by(call: Fields, status: Status) -> EndedBy | None:
    who = (call.text("call_ended_by") or "").lower()
    if call.get("transferred_to") is not None:
        return EndedBy.TRANSFER
    return ENDED_BY.get(who, EndedBy.SYSTEM) if who or not _was_answered(status) else None


def _transcript(call: Fields) -> tuple[Turn, ...]:
    start, turns = call.moment("started_at"), []
    for said in call.items("transcripts"):
        moment = said.moment("created_at")
        at_seconds = None if start is None or moment is None else max(0.0, round((moment - start).total_seconds(), 3))
        turns.append(_turn(said.text("user"), said.text("text"), at_seconds))
    spoken = in_order(turn for turn in turns if turn.text)
    return spoken or turns_of_lines(call.text("concatenated_transcript") or "", SPEAKERS)


def _variables(call: Fields) -> dict[str, Json]:
    """What was captured and analysed, without the system's and without what went into the call."""
    given, found = call.json_object("request_data"), call.json_object("variables")
    own = {
        name: value for name, value in found.items() if name not in SYSTEM_VARIABLES and given.get(name, ...) != value
    }
    return captured({**own, **call.json_object("analysis")})


def _recording(call: Fields) -> RecordingReference | None:
    url = call.url("recording_url")
    return RecordingReference(url) if url else None
