"""One call as its page shows it: everything prepared, so that the templates only write it out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.templatetags.static import static
from django.urls import reverse

from calls.breakdown import cost
from calls.captured import variables
from calls.choices import Direction, RecordingState
from calls.filters import list_suffix
from calls.format import UNKNOWN, format_credits, format_duration, format_moment, format_phone
from calls.models import Call, Recording
from calls.response_times import measured, response_times
from calls.timeline import timeline
from calls.transcripts.answers import answers
from calls.transcripts.shown import pretty, shown
from calls.waveform import last_moment_ms, waveform

RECORDING_WORDS = {
    RecordingState.PENDING: "There is a recording; it has not been fetched from the platform yet",
    RecordingState.FETCHING: "The recording is being fetched from the platform",
    RecordingState.EMPTY: "The recording is empty",
    RecordingState.UNSUPPORTED: "The recording is in a format that browsers do not play",
    RecordingState.FAILED: "The recording could not be fetched from the platform",
    RecordingState.REMOVED: "The recording was removed",
}
# A phrase in quotes, or a word; not those that are excluded with a minus.
WANTED = re.compile(r'(?<![^\s])(?:"([^"]+)"|([^\s"-][^\s"]*))')


def context_of(call: Call, zone: ZoneInfo, list_query: str, *, every_answer: bool = False) -> dict[str, Any]:
    """What calls/call.jinja and the page around it need. Reads the call's variables, cost items and response times.
    `list_query` is the query string of the list that the reader came from; "" for none."""
    return {
        "call": call,
        "heading": heading(call),
        "title": f"{heading(call)}, {format_moment(call.started_at, zone)}",
        "summary": summary(call, zone),
        "variables": variables(call),
        "facts": facts(call),
        "cost": cost(call),
        "metadata": pretty(call.metadata) if call.metadata else "",
        **heard(call, zone, every_answer=every_answer),
        "audio_label": f"Recording of the call with {heading(call)}",
        "preload": "metadata",
        **addresses(call, list_query),
        "find": words_to_find(list_query),
    }


def heard(call: Call, zone: ZoneInfo, *, every_answer: bool) -> dict[str, Any]:
    """The recording, the transcript and the response times, which are shown along each other."""
    recording = getattr(call, "recording", None)
    has_sound = recording is not None and recording.state == RecordingState.READY
    turns = call.transcript.turns if hasattr(call, "transcript") else []
    times = measured(call)
    found = answers(turns, times)
    recording_ms = recording.duration_ms if recording and has_sound else None
    length_ms = max([recording_ms or call.duration_ms or 0, last_moment_ms(turns), 1])
    return {
        "has_sound": has_sound,
        "recording_words": "" if has_sound else recording_words(call, recording),
        "wave": waveform(recording, turns, found) if recording and has_sound else None,
        "turns": shown(turns, found),
        "response_times": response_times(times, found, length_ms, every_answer=every_answer),
        "timeline": timeline(call, zone, recording_ms),
    }


def words_to_find(list_query: str) -> str:
    """What to look for in the transcript: the first words that the list was searched for, "" for none."""
    for quoted, word in WANTED.findall(QueryDict(list_query).get("q", "")):
        return quoted or word
    return ""


def addresses(call: Call, list_query: str) -> dict[str, str]:
    """The list that the reader came from, at this call, and the page of this call that leads back to it."""
    recording_url = reverse("recordings:recording", args=[call.uuid])
    query = QueryDict(list_query).urlencode()  # written anew: whatever it says, it stays a query of our own list
    return {
        "list_url": f"{reverse('calls:list')}{'?' if query else ''}{query}#call-{call.pk}",
        "page_url": call.get_absolute_url() + list_suffix(query),
        "recording_url": recording_url,
        "download_url": f"{recording_url}?download=1",
        "transcript_url": f"{call.get_absolute_url()}transcript",
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


def facts(call: Call) -> list[tuple[str, str]]:
    """What the page says besides its summary; the words in the platform's language come as they are."""
    return [
        ("From", format_phone(call.from_number)),
        ("To", format_phone(call.to_number)),
        ("Ended because", call.ended_reason or UNKNOWN),
        ("Ended by", call.get_ended_by_display() or UNKNOWN),
        ("Platform", call.source),
        ("Status there", call.raw_status or UNKNOWN),
        ("Id there", call.external_id),
        ("Id here", str(call.uuid)),
    ]


def recording_words(call: Call, recording: Recording | None) -> str:
    if recording is not None:
        words = RECORDING_WORDS[RecordingState(recording.state)]
        return f"{words}: {recording.reason}." if recording.reason else f"{words}."
    if call.is_live:
        return "The call is not over; a recording may follow."
    return "No recording of this call is known."
