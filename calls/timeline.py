"""The times of a call: its moments on a line, how long it rang and talked, and where each of that comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from calls.format import UNKNOWN, format_duration, format_moment
from calls.models import Call
from calls.origins import origin, platform

# A talk and a recording that differ by more are worth a word.
DIFFERENCE = 0.1
DIFFERENCE_LEAST_MS = 3000


@dataclass(frozen=True, slots=True)
class Moment:
    """`after` is the time since the call was initiated, "" for the first moment."""

    label: str
    time: str
    after: str


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """`ring_percent` and `talk_percent` are parts of the line, "" where the line cannot be drawn; `origins` are all
    figures with where they come from; `remark` is what does not agree, "" for nothing."""

    moments: list[Moment]
    ring_percent: str
    talk_percent: str
    figures: list[Figure]
    origins: list[Figure]
    remark: str


def timeline(call: Call, zone: ZoneInfo, recording_ms: int | None) -> Timeline:
    """`recording_ms` is the length of the recording, None where that is not known."""
    ring, whole = ring_ms(call), milliseconds(call.started_at, call.ended_at)
    is_drawn = bool(whole) and ring is not None and ring <= (whole or 0)
    percent = f"{(ring or 0) / whole * 100:.2f}" if is_drawn and whole else ""
    talks = bool(percent) and call.answered_at is not None
    lengths = figures(call, zone, recording_ms)
    return Timeline(
        moments=moments(call, zone),
        ring_percent=percent,
        talk_percent=f"{100 - float(percent):.2f}" if talks else "",
        figures=lengths,
        origins=[one for one in (*moment_origins(call, zone), *lengths) if one.value != UNKNOWN],
        remark=remark(call, recording_ms),
    )


def moments(call: Call, zone: ZoneInfo) -> list[Moment]:
    """Those that are known, and the end also while it is not. Ringing begins with the call: platforms tell no other
    moment of it."""
    rings = [("Ringing", None)] if call.status == "ringing" else []
    named = [("Initiated", call.started_at), *rings, ("Answered", call.answered_at), ("Ended", call.ended_at)]
    return [
        Moment(label, format_clock(moment, call.started_at, zone), after(call.started_at, moment))
        for label, moment in named
    ]


def format_clock(moment: datetime | None, day_of: datetime, zone: ZoneInfo) -> str:
    """`14:03:11`, with its day when that is not the day of the other moment."""
    if moment is None:
        return UNKNOWN
    local = moment.astimezone(zone)
    is_same_day = local.date() == day_of.astimezone(zone).date()
    return f"{local:%H:%M:%S}" if is_same_day else format_moment(moment, zone)


def after(start: datetime, moment: datetime | None) -> str:
    passed = milliseconds(start, moment)
    return f"+{format_duration(passed)}" if passed else ""


def figures(call: Call, zone: ZoneInfo, recording_ms: int | None) -> list[Figure]:
    billed, talk_origin = billed_seconds(call), origin(call, "duration_ms", zone, "Computed: answered to ended")
    found = [
        Figure("Rang for", format_duration(ring_ms(call)), ring_origin(call)),
        Figure("Talked for", format_duration(call.duration_ms), talk_origin),
    ]
    if billed is not None:
        found.append(Figure("Billed for", format_duration(round(billed * 1000)), f"From {platform(call)}"))
    if recording_ms is not None:
        found.append(Figure("Recorded", format_duration(recording_ms), "Measured in the recording"))
    return found


def moment_origins(call: Call, zone: ZoneInfo) -> list[Figure]:
    first = f"The first moment that {platform(call)} told of"
    return [
        Figure("Initiated", format_moment(call.started_at, zone), origin(call, "started_at", zone, first)),
        Figure("Answered", format_moment(call.answered_at, zone), origin(call, "answered_at", zone, UNKNOWN)),
        Figure("Ended", format_moment(call.ended_at, zone), origin(call, "ended_at", zone, UNKNOWN)),
    ]


def ring_ms(call: Call) -> int | None:
    """Until somebody answered, or until it ended without; None while it rings and where that is not known."""
    until = call.answered_at or (None if call.duration_ms else call.ended_at)
    return milliseconds(call.started_at, until)


def ring_origin(call: Call) -> str:
    return "Computed: initiated to answered" if call.answered_at else "Computed: initiated to ended, not answered"


def milliseconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None or end < start else (end - start) // timedelta(milliseconds=1)


def billed_seconds(call: Call) -> float | None:
    """What the platform says it billed, where a delivery carries it as `billed_seconds` in its metadata."""
    value = call.metadata.get("billed_seconds")
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def remark(call: Call, recording_ms: int | None) -> str:
    talked = call.duration_ms
    if talked is None or recording_ms is None:
        return ""
    difference = abs(talked - recording_ms)
    if difference <= max(talked * DIFFERENCE, DIFFERENCE_LEAST_MS):
        return ""
    longer = "longer" if recording_ms > talked else "shorter"
    return f"The recording is {format_duration(difference)} {longer} than the talk."
