"""Dograh: its users write the body of the webhook. This reads one that has the template's variables by their names.

https://github.com/dograh-hq/dograh (docs/developer/webhooks.mdx, api/services/workflow/disposition_codes.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Status
from calls.ingest.normalised import Json, NormalisedCall, RecordingReference
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named
from calls.ingest.signatures import Received, decoded, is_one_of

NAME = "dograh"
ADDRESS_SUFFICES = True

# What a call that never connected has for its disposition; every other one tells of a conversation.
DISPOSITIONS = {
    "initiated": Status.INITIATED,
    "ringing": Status.RINGING,
    "in-progress": Status.IN_PROGRESS,
    "answered": Status.IN_PROGRESS,
    "voicemail_detected": Status.VOICEMAIL,
    "voicemail": Status.VOICEMAIL,
    "no_answer": Status.UNANSWERED,
    "no-answer": Status.UNANSWERED,
    "busy": Status.BUSY,
    "failed": Status.FAILED,
    "error": Status.FAILED,
    "pipeline_error": Status.FAILED,
    "unexpected_error": Status.FAILED,
    "canceled": Status.FAILED,
}
ENDED_BY = {
    "user_hangup": EndedBy.CALLER,
    "end_call_tool": EndedBy.ASSISTANT,
    "user_qualified": EndedBy.ASSISTANT,
    "voicemail_detected": EndedBy.ASSISTANT,
    "call_transferred": EndedBy.TRANSFER,
    "transfer_call": EndedBy.TRANSFER,
}
SYSTEM_KEYS = {"call_disposition", "mapped_call_disposition", "call_tags", "call_id", "nodes_visited"}
# A body may be sent before these exist, and again with them.
LATE = ("call_disposition", "recording_url", "transcript_url", "annotations")


def recognises(payload: dict[str, Json]) -> bool:
    return "workflow_run_id" in payload


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """There is no signature, but a header with the secret: an API key, a bearer token, user and password, or one
    whose name the user chose."""
    values = [value.strip() for value in received.headers.values()]
    tokens = [value.partition(" ")[2].strip() for value in values if value.lower().startswith(("bearer ", "basic "))]
    passwords = [decoded(token).decode("utf-8", "replace") for token in tokens]
    return any(is_one_of(value, secrets) for value in (*values, *tokens, *passwords))


def event(payload: dict[str, Json]) -> str:
    return ""


def parse(payload: dict[str, Json]) -> NormalisedCall:
    run = Fields.of(payload)
    gathered, given, costs = run.fields("gathered_context"), run.fields("initial_context"), run.fields("cost_info")
    reason = run.text("call_disposition", NAME_LENGTH) or gathered.text("call_disposition", NAME_LENGTH)
    status = DISPOSITIONS.get(reason, Status.COMPLETED) if reason else None
    is_over = status not in LIVE_STATUSES
    started_at, length_ms = run.moment("call_time"), costs.milliseconds("call_duration_seconds", per_unit=1000)
    ended_at = started_at + timedelta(milliseconds=length_ms) if started_at and length_ms is not None else None
    direction, from_number, to_number = _sides(run, given)
    url = run.url("recording_url")
    return NormalisedCall(
        source=NAME,
        external_id=run.required_key("workflow_run_id"),
        observed_at=ended_at or started_at,
        sequence=sum(run.get(name) not in (None, {}, []) for name in LATE),
        status=status,
        raw_status=reason and reason[:WORD_LENGTH],
        ended_reason=reason,
        ended_by=ENDED_BY.get(reason, EndedBy.SYSTEM) if reason and is_over else None,
        assistant=named(run.key("workflow_id"), run.text("workflow_name", NAME_LENGTH)),
        campaign=named(run.key("campaign_id")),
        direction=direction,
        from_number=from_number,
        to_number=to_number,
        started_at=started_at,
        ended_at=ended_at if is_over else None,
        duration_ms=length_ms if status in (None, Status.COMPLETED, Status.VOICEMAIL) else None,
        cost=run.amount("charge_usd", "USD") or costs.amount("charge_usd", "USD"),
        variables=captured({name: gathered.json(name) for name in gathered.data if name not in SYSTEM_KEYS}),
        recording=RecordingReference(url) if url else None,
        metadata={
            **run.beyond("workflow_run_name", "annotations", "initial_context"),
            **gathered.beyond("mapped_call_disposition", "call_tags", "call_id", "nodes_visited"),
        },
    )


def _sides(run: Fields, given: Fields) -> tuple[Direction | None, str | None, str | None]:
    """(direction, from, to). The template has the customer's number only; a campaign calls it."""
    caller, called = run.text("caller_number", NUMBER_LENGTH), run.text("called_number", NUMBER_LENGTH)
    customer = given.text("phone_number", NUMBER_LENGTH)
    direction = Direction.OUTBOUND if run.get("campaign_id") is not None else None
    if caller or called:
        return direction, caller, called
    return (direction, None, customer) if direction else (None, customer, None)
