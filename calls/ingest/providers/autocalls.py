"""Autocalls: the webhook after a call. Famulor, of the same family, sends the same with its campaign elsewhere.

https://docs.autocalls.ai/api-reference/webhooks/post-call-webhook
"""

from __future__ import annotations

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Speaker, Status
from calls.ingest.normalised import Json, NormalisedCall, RecordingReference
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named, part
from calls.ingest.signatures import signs_nothing
from calls.ingest.turns import turns_of_lines

NAME = "autocalls"
ADDRESS_SUFFICES = True
verify = signs_nothing

STATUSES = {
    "initiated": Status.INITIATED,
    "ringing": Status.RINGING,
    "busy": Status.BUSY,
    "in-progress": Status.IN_PROGRESS,
    "ended": Status.COMPLETED,
    "completed": Status.COMPLETED,
    "ended_by_customer": Status.COMPLETED,
    "ended_by_assistant": Status.COMPLETED,
    "no-answer": Status.UNANSWERED,
    "failed": Status.FAILED,
}
ANSWERED_BY = {"machine": Status.VOICEMAIL}
ENDED_BY = {
    "ended_by_customer": EndedBy.CALLER,
    "ended_by_assistant": EndedBy.ASSISTANT,
    "no-answer": EndedBy.SYSTEM,
    "busy": EndedBy.SYSTEM,
    "failed": EndedBy.SYSTEM,
}
# In the languages of the accounts.
LINES = {
    **dict.fromkeys(("ai", "assistant", "assistent", "bot"), Speaker.ASSISTANT),
    **dict.fromkeys(("customer", "kunde", "human", "user"), Speaker.CALLER),
}


def recognises(payload: dict[str, Json]) -> bool:
    return "customer_phone" in payload and "assistant_phone" in payload and "campaign" not in payload


def event(payload: dict[str, Json]) -> str:
    return str(payload.get("status", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    return call_of(Fields.of(payload), NAME)


def call_of(call: Fields, source: str) -> NormalisedCall:
    """The platform does not say which assistant spoke nor in which direction: a lead was called."""
    word, lead = call.text("status", WORD_LENGTH) or "", call.fields("lead")
    campaign = call.fields("campaign") if call.fields("campaign").data else lead.fields("campaign")
    status = ANSWERED_BY.get(call.text("answered_by") or "") or STATUSES.get(word, Status.FAILED)
    direction = Direction.OUTBOUND if lead.data or campaign.data else None
    customer, ours = call.text("customer_phone", NUMBER_LENGTH), call.text("assistant_phone", NUMBER_LENGTH)
    is_over = status not in LIVE_STATUSES
    url = call.url("recording_url")
    return NormalisedCall(
        source=source,
        external_id=call.required_key("id"),
        observed_at=call.moment("finished_at") or call.moment("created_at"),
        sequence=1 if is_over else 0,
        status=status,
        raw_status=word or None,
        ended_by=ENDED_BY.get(word),
        campaign=named(campaign.key("id"), campaign.text("name", NAME_LENGTH)),
        direction=direction,
        from_number=ours if direction else customer,
        to_number=customer if direction else ours,
        started_at=call.moment("created_at"),
        ended_at=call.moment("finished_at") if is_over else None,
        duration_ms=_duration_ms(call, status),
        transcript=turns_of_lines(call.text("transcript") or "", LINES),
        variables=captured(call.json_object("extracted_variables")),
        recording=RecordingReference(url) if url else None,
        metadata={**call.beyond("input_variables"), **part("lead", lead.beyond("id", "status"))},
    )


def _duration_ms(call: Fields, status: Status) -> int | None:
    length_ms = call.milliseconds("duration", per_unit=1000)
    return length_ms if status in (Status.COMPLETED, Status.VOICEMAIL) else None
