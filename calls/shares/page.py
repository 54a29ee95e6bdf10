"""A shared call as its page shows it. Of the call itself it tells when it was, how long, and with which assistant;
the phone numbers, the cost and the platform's words stay with us."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from calls.choices import RecordingState, Speaker
from calls.format import format_duration, format_moment, format_offset
from calls.models import Call
from calls.shares.models import ShareLink
from calls.transcripts.cues import Turn
from calls.waveform import waveform

# Not the instructions of the assistant, nor what it asked of other systems.
SPEAKERS_SHOWN = (Speaker.ASSISTANT, Speaker.CALLER)


@dataclass(frozen=True, slots=True)
class TurnShown:
    """`seek` is where to play from in seconds, "" where one cannot."""

    speaker: str
    speaker_label: str
    time: str
    seek: str
    text: str


def context_of(link: ShareLink, token: str, zone: ZoneInfo) -> dict[str, Any]:
    call = link.call
    has_sound = link.shows_audio and hasattr(call, "recording") and call.recording.state == RecordingState.READY
    turns, url = spoken(call), reverse("shares:recording", args=[token])
    return {
        "link": link,
        "started": format_moment(call.started_at, zone),
        "duration": format_duration(call.duration_ms),
        "assistant": call.assistant_name,
        "ends": format_moment(link.expires_at, zone),
        "has_sound": has_sound,
        "recording": recording(call, url, turns, has_sound=has_sound) if link.shows_audio else "",
        "turns": [turn_shown(turn, is_seekable=has_sound) for turn in turns] if link.shows_transcript else [],
        "variables": variables(call) if link.shows_variables else [],
    }


def spoken(call: Call) -> list[Turn]:
    turns = call.transcript.turns if hasattr(call, "transcript") else []
    return [turn for turn in turns if turn["speaker"] in SPEAKERS_SHOWN]


def recording(call: Call, url: str, turns: Sequence[Turn], *, has_sound: bool) -> SafeString:
    """The player of the call's own page, as HTML; without a download, whose name tells the phone number. It loads
    nothing before one plays, since that counts as a view."""
    context = {
        "has_sound": has_sound,
        "wave": waveform(call.recording, turns, answers=()) if has_sound else None,
        "recording_words": "There is no recording to play.",
        "recording_url": url,
        "download_url": "",
        "audio_label": "Recording of the call",
        "preload": "none",
        "icons_url": static("img/icons.svg"),
    }
    # Jinja2 escapes as Django does, but does not mark its text as escaped.
    return mark_safe(render_to_string("calls/recording.jinja", context))  # noqa: S308


def turn_shown(turn: Turn, *, is_seekable: bool) -> TurnShown:
    start = turn.get("start_seconds")
    seek = f"{start:.3f}" if is_seekable and start is not None else ""
    return TurnShown(turn["speaker"], Speaker(turn["speaker"]).label, format_offset(start), seek, turn["text"])


def variables(call: Call) -> list[tuple[str, str, bool]]:
    """Name, value, and whether the value is JSON and no string."""
    return [variable(name, value) for name, value in call.variables.order_by("pk").values_list("name", "value")]


def variable(name: str, value: object) -> tuple[str, str, bool]:
    if isinstance(value, str):
        return name, value, False
    return name, json.dumps(value, ensure_ascii=False, indent=2), True
