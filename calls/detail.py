"""One call as its page shows it: everything prepared, so that the templates only write it out. What it cost and how
fast the APIs answered is in calls.breakdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.templatetags.static import static
from django.urls import reverse

from calls import breakdown
from calls.choices import Direction, RecordingState, Speaker
from calls.format import UNKNOWN, format_credits, format_duration, format_moment, format_offset, format_phone
from calls.models import Call, CapturedVariable, Recording

# Longer values are folded.
LINES_SHOWN = 12
CHARACTERS_SHOWN = 400
# Longer values stand below their name.
CHARACTERS_IN_COLUMN = 40

SPEAKERS = dict(Speaker.choices)

RECORDING_WORDS = {
    RecordingState.PENDING: "There is a recording; it has not been fetched from the platform yet.",
    RecordingState.FETCHING: "The recording is being fetched from the platform.",
    RecordingState.EMPTY: "The recording is empty: the platform sent a file without sound.",
    RecordingState.UNSUPPORTED: "The recording is in a format that browsers do not play.",
    RecordingState.FAILED: "The recording could not be fetched from the platform.",
    RecordingState.REMOVED: "The recording was removed.",
}


def context_of(call: Call, zone: ZoneInfo, list_query: str) -> dict[str, Any]:
    """What calls/call.jinja and the page around it need. Reads the call's variables, cost items and response times.
    `list_query` is the query string of the list that the reader came from; "" for none."""
    recording = getattr(call, "recording", None)
    has_sound = recording is not None and recording.state == RecordingState.READY
    return {
        "call": call,
        "heading": heading(call),
        "title": f"{heading(call)}, {format_moment(call.started_at, zone)}",
        "summary": summary(call, zone),
        "has_sound": has_sound,
        "recording_words": "" if has_sound else recording_words(call, recording),
        "turns": turns(call.transcript.turns, seekable=has_sound) if hasattr(call, "transcript") else [],
        "variables": [variable(captured) for captured in call.variables.order_by("pk")],
        "facts": facts(call, zone),
        "cost": breakdown.cost(call),
        "response_times": breakdown.response_times(call),
        "metadata": pretty(call.metadata) if call.metadata else "",
        **addresses(call, list_query),
    }


def addresses(call: Call, list_query: str) -> dict[str, str]:
    """The list that the reader came from, at this call, and the page of this call that leads back to it."""
    query = QueryDict(list_query).urlencode()  # written anew: whatever it says, it stays a query of our own list
    suffix = f"?{urlencode({'list': query})}" if query else ""
    return {
        "list_url": f"{reverse('calls:list')}{'?' if query else ''}{query}#call-{call.pk}",
        "page_url": call.get_absolute_url() + suffix,
        "recording_url": reverse("recordings:recording", args=[call.uuid]),
        "icons_url": static("img/icons.svg"),
    }


def heading(call: Call) -> str:
    """The other side of the call."""
    if call.phone_number:
        return format_phone(call.phone_number)
    return "Web call" if call.direction == Direction.WEB else "Unknown number"


def summary(call: Call, zone: ZoneInfo) -> list[tuple[str, str]]:
    return [
        ("Started", f"{format_moment(call.started_at, zone)} {zone.key}"),
        ("Duration", format_duration(call.duration_ms)),
        ("Cost", with_unit(call.cost)),
        ("Assistant", call.assistant_name or UNKNOWN),
        ("Campaign", call.campaign.name if call.campaign else UNKNOWN),
        ("Direction", call.get_direction_display() or UNKNOWN),
    ]


def with_unit(credits: Decimal | None) -> str:
    return UNKNOWN if credits is None else f"{format_credits(credits)} credits"


def facts(call: Call, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What the page says besides its summary; the words in the platform's language come as they are."""
    return [
        ("From", format_phone(call.from_number)),
        ("To", format_phone(call.to_number)),
        ("Initiated", format_moment(call.started_at, zone)),
        ("Answered", format_moment(call.answered_at, zone)),
        ("Ended", format_moment(call.ended_at, zone)),
        ("Rang for", format_duration(ring_ms(call))),
        ("Talked for", format_duration(call.duration_ms)),
        ("Ended because", call.ended_reason or UNKNOWN),
        ("Ended by", call.get_ended_by_display() or UNKNOWN),
        ("Platform", call.source),
        ("Status there", call.raw_status or UNKNOWN),
        ("Id there", call.external_id),
        ("Id here", str(call.uuid)),
    ]


def ring_ms(call: Call) -> int | None:
    """Until somebody answered, or until it ended without; None while it rings and where that is not known."""
    until = call.answered_at or (None if call.duration_ms else call.ended_at)
    return milliseconds(call.started_at, until)


def milliseconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None or end < start else (end - start) // timedelta(milliseconds=1)


def recording_words(call: Call, recording: Recording | None) -> str:
    if recording is not None:
        return f"{RECORDING_WORDS[RecordingState(recording.state)]} {recording.reason}".strip()
    if call.is_live:
        return "The call is not over; a recording may follow."
    return "No recording of this call is known."


@dataclass(frozen=True, slots=True)
class TurnShown:
    """A turn of the transcript. `seek` is where to play from in seconds, "" where one cannot; `arguments` and
    `result` are a tool's, readable."""

    speaker: str
    speaker_label: str
    time: str
    seek: str
    text: str
    arguments: str
    result: str
    is_tool: bool
    is_error: bool
    interrupted: bool


def turns(stored: list[dict[str, Any]], *, seekable: bool) -> list[TurnShown]:
    return [_turn(turn, seekable) for turn in stored]


def _turn(turn: Mapping[str, Any], seekable: bool) -> TurnShown:
    speaker, start = turn["speaker"], turn.get("start_seconds")
    is_tool = speaker == Speaker.TOOL
    return TurnShown(
        speaker=speaker,
        speaker_label=SPEAKERS.get(speaker, speaker),
        time=format_offset(start),
        seek=f"{start:.3f}" if seekable and start is not None else "",
        text=(turn.get("name") or "Tool") if is_tool else turn["text"],
        arguments=pretty_text(turn["text"]) if is_tool else "",
        result=pretty_text(turn.get("result") or "") if is_tool else "",
        is_tool=is_tool,
        is_error=bool(turn.get("is_error")),
        interrupted=bool(turn.get("interrupted")),
    )


def pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def pretty_text(text: str) -> str:
    """JSON in lines; other text as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return pretty(json.loads(text))
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class VariableShown:
    """A captured variable. `type` is the JSON type, `is_code` is anything but a string, `is_tall` takes the whole
    width; `preview` is the beginning of a value that is folded, "" for one that is not."""

    name: str
    type: str
    value: str
    is_code: bool
    is_tall: bool
    preview: str


def variable(captured: CapturedVariable) -> VariableShown:
    value, kind = captured.value, json_type(captured.value)
    text = value if isinstance(value, str) else pretty(value)
    is_long = len(text) > CHARACTERS_SHOWN or text.count("\n") >= LINES_SHOWN
    preview = " ".join(text[:80].split()) if is_long else ""
    is_tall = len(text) > CHARACTERS_IN_COLUMN or "\n" in text
    return VariableShown(captured.name, kind, text, kind != "string", is_tall, preview)


def json_type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "string", list: "array"}.get(type(value), "object")
