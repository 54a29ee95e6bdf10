"""Synthflow: the webhook after a call.

https://docs.synthflow.ai/about-webhooks, https://docs.synthflow.ai/docs/webhook-security
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Speaker, Status
from calls.ingest.normalised import Json, NormalisedCall, RecordingReference
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, captured, named, part
from calls.ingest.signatures import Received, in_base64
from calls.ingest.turns import turns_of_lines

NAME = "synthflow"
ADDRESS_SUFFICES = True  # its signature says less than an address of one's own

STATUSES = {
    "pending": Status.INITIATED,
    "queue": Status.INITIATED,
    "queued": Status.INITIATED,
    "ringing": Status.RINGING,
    "in-progress": Status.IN_PROGRESS,
    "completed": Status.COMPLETED,
    "busy": Status.BUSY,
    "no-answer": Status.UNANSWERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
    "hangup_on_voicemail": Status.VOICEMAIL,
    "left_voicemail": Status.VOICEMAIL,
}
ENDED_REASONS = {"voicemail": Status.VOICEMAIL, "voicemail_message_left": Status.VOICEMAIL}
# The first that begins the reason.
ENDED_BY = {"human": EndedBy.CALLER, "agent": EndedBy.ASSISTANT, "voicemail": EndedBy.ASSISTANT, "": EndedBy.SYSTEM}
DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}
LINES = {"bot": Speaker.ASSISTANT, "human": Speaker.CALLER}
SIGNATURES = ("synthflow-signature", "http-synthflow-signature")


def recognises(payload: dict[str, Json]) -> bool:
    call = payload.get("call")
    return isinstance(call, dict) and "call_id" in call and ("lead" in payload or "model_id" in call)


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """Only the id of the call is signed, not the body: see `once`."""
    call_id = _call_id(received.body).encode()
    given = next(filter(None, map(received.header, SIGNATURES)), "")
    return bool(call_id) and in_base64(given, call_id, secrets)


def _call_id(body: bytes) -> str:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    call = payload.get("call") if isinstance(payload, dict) else None
    call_id = call.get("call_id") if isinstance(call, dict) else None
    return call_id.encode("utf-8", "replace").decode() if isinstance(call_id, str) else ""


def once(payload: dict[str, Json]) -> str:
    """What a signature is good for once: who has seen it could sign any other body of the same call with it."""
    call = payload.get("call")
    call = call if isinstance(call, dict) else {}
    return json.dumps([call.get("call_id"), call.get("status"), payload.get("status")])


def event(payload: dict[str, Json]) -> str:
    return ""


def parse(payload: dict[str, Json]) -> NormalisedCall:
    body = Fields.of(payload)
    call = body.fields("call")
    status, reason = _status(body, call), call.text("end_call_reason", NAME_LENGTH)
    is_over = status not in LIVE_STATUSES
    started_at, length_ms = call.moment("start_time"), call.milliseconds("duration", per_unit=1000)
    ended_at = started_at + timedelta(milliseconds=length_ms) if started_at and length_ms is not None else None
    url = call.url("recording_url")
    return NormalisedCall(
        source=NAME,
        external_id=call.required_key("call_id"),
        observed_at=ended_at or started_at,
        sequence=1 if is_over else 0,
        status=status,
        raw_status=call.text("status", WORD_LENGTH) or body.text("status", WORD_LENGTH),
        ended_reason=reason,
        ended_by=next(who for start, who in ENDED_BY.items() if reason.startswith(start)) if reason else None,
        assistant=named(call.key("model_id")),
        direction=DIRECTIONS.get(call.text("type_of_call") or ""),
        from_number=call.text("phone_number_from", NUMBER_LENGTH),
        to_number=call.text("phone_number_to", NUMBER_LENGTH),
        started_at=started_at,
        ended_at=ended_at if is_over else None,
        duration_ms=length_ms if status in (Status.COMPLETED, Status.VOICEMAIL) else None,
        transcript=turns_of_lines(call.text("transcript") or "", LINES),
        variables=_variables(body),
        recording=RecordingReference(url) if url else None,
        metadata={
            **body.beyond("error_message", "analysis"),
            **call.beyond("external_id", "diversion", "timezone"),
            **part("lead", body.fields("lead").beyond("name", "prompt_variables")),
        },
    )


def _status(body: Fields, call: Fields) -> Status:
    """An unknown status is failed: the webhook comes after the call."""
    reason, word = call.text("end_call_reason") or "", call.text("status") or body.text("status") or ""
    return ENDED_REASONS.get(reason) or STATUSES.get(word, Status.FAILED)


def _variables(body: Fields) -> dict[str, Json]:
    """What actions returned, then what was collected, which knows better: by agent, or without one."""
    found: dict[str, Json] = {}
    actions, collected = body.fields("executed_actions"), body.fields("collected_variables")
    for name in actions.data:
        returned = actions.fields(name).embedded("return_value").json("return_value")
        found |= returned if isinstance(returned, dict) else {name: returned}
    for name, value in body.json_object("collected_variables").items():
        found |= _collected(name, value)
    return captured(found) if collected.data or found else {}


def _collected(name: str, value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        return {name: value}
    if "value" in value:
        return {name: value["value"]} if value.get("collected") is not False else {}
    return {key: one for inner, part in value.items() for key, one in _collected(inner, part).items()}
