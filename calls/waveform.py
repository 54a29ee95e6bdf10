"""The sound of a call as a picture: how loud each speaker is along it, tools and long waits on it.

The browser draws the lanes with wavesurfer.js, the assistant above the middle and the caller below; the marks are an
SVG over them, placed in per cent of the width.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

from calls.choices import Speaker
from calls.format import format_duration, format_milliseconds, format_offset
from calls.models import Recording
from calls.silences import silences
from calls.transcripts.answers import Answer
from calls.transcripts.cues import SPOKEN, Turn

# Where no peaks are known: into so many parts, and as high as half of the picture.
PARTS = 500
FLAT, FLAT_LOUDEST = 1, 2
TICK_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
MOST_TICKS = 6

OTHER = "other"  # sound that no turn tells of
NAMES = {Speaker.ASSISTANT: "Assistant", Speaker.CALLER: "Caller", OTHER: "Nobody known"}
SIGN = {Speaker.ASSISTANT: 1, Speaker.CALLER: -1, OTHER: 0}


@dataclass(frozen=True, slots=True)
class Lane:
    """What is heard of one speaker: peaks along the recording, and the one that reaches to the edge."""

    speaker: str
    peaks: Sequence[int]
    loudest: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the picture in per cent of its width, with words for it."""

    x: str
    width: str
    words: str


@dataclass(frozen=True, slots=True)
class Waveform:
    """`silences` is `2.1-3.4 …` in seconds, `silence` their sum in words."""

    duration_seconds: str
    lanes: list[Lane]
    tools: list[Mark]
    waits: list[Mark]
    ticks: list[Mark]
    silences: str
    silence: str

    def lanes_json(self) -> str:
        """Each lane as `[speaker, loudest, peaks]`."""
        return json.dumps([(lane.speaker, lane.loudest, lane.peaks) for lane in self.lanes], separators=(",", ":"))

    def heard(self) -> list[tuple[str, str]]:
        """Who is heard at all: the speaker, and a name."""
        return [(lane.speaker, NAMES[lane.speaker]) for lane in self.lanes if any(lane.peaks)]


def waveform(recording: Recording, turns: Sequence[Turn], answers: Iterable[Answer]) -> Waveform | None:
    """None where it is not known how long the recording is."""
    duration_ms = recording.duration_ms or last_moment_ms(turns)
    if not duration_ms:
        return None
    seconds, peaks = duration_ms / 1000, recording.peaks or []
    quiet = silences(peaks, recording.duration_ms, turns)
    return Waveform(
        duration_seconds=f"{seconds:.3f}",
        lanes=lanes(peaks, turns, seconds),
        tools=[mark for turn in turns if (mark := tool_mark(turn, seconds))],
        waits=[wait_mark(answer, seconds) for answer in answers if answer.is_slow],
        ticks=ticks(seconds),
        silences=" ".join(f"{start:.2f}-{end:.2f}" for start, end in quiet),
        silence=format_duration(round(sum(end - start for start, end in quiet) * 1000)),
    )


def last_moment_ms(turns: Iterable[Turn]) -> int:
    moments = [turn.get("end_seconds") or turn.get("start_seconds") or 0 for turn in turns]
    return round(max(moments, default=0) * 1000)


def lanes(peaks: Sequence[Sequence[int]], turns: Sequence[Turn], seconds: float) -> list[Lane]:
    """Two channels are the two sides; one channel is parted by the turns; without any, the turns are drawn."""
    channels = [channel for channel in peaks if channel]
    speakers = speakers_along(turns, seconds, len(channels[0]) if channels else PARTS)
    if len(channels) == 2 and set(SPOKEN) <= set(speakers):
        sides = channels if is_assistant_first(channels, speakers) else reversed(channels)
        return [Lane(who, side, max(*side, 1)) for who, side in zip(NAMES, sides, strict=False)]
    if channels:
        loudest = list(map(max, *channels)) if len(channels) > 1 else channels[0]
        return parted(loudest, speakers, max(*loudest, 1))
    return parted([0 if who == OTHER else FLAT for who in speakers], speakers, FLAT_LOUDEST)


def speakers_along(turns: Iterable[Turn], seconds: float, parts: int) -> list[str]:
    """Who speaks during each part of the recording. A turn without an end lasts until the next one begins."""
    timed = [turn for turn in turns if turn["speaker"] in SPOKEN and turn.get("start_seconds") is not None]
    starts = [turn["start_seconds"] for turn in timed]
    found, scale = [OTHER] * parts, parts / seconds
    for turn, start, following in zip(timed, starts, [*starts, seconds][1:], strict=True):
        first, last = round(start * scale), round((turn.get("end_seconds") or following) * scale)
        first, last = max(first, 0), min(max(last, first + 1), parts)
        found[first:last] = [turn["speaker"]] * (last - first)
    return found


def is_assistant_first(channels: Sequence[Sequence[int]], speakers: Sequence[str]) -> bool:
    """Whether the first channel is the louder one, compared with the second, when the assistant speaks."""
    signs = [SIGN[who] for who in speakers]
    agreement = [sum(map(mul, signs, channel)) / max(*channel, 1) for channel in channels]
    return agreement[0] >= agreement[1]


def parted(peaks: Sequence[int], speakers: Sequence[str], loudest: int) -> list[Lane]:
    return [
        Lane(name, [peak if who == name else 0 for peak, who in zip(peaks, speakers, strict=False)], loudest)
        for name in NAMES
    ]


def tool_mark(turn: Turn, seconds: float) -> Mark | None:
    start: Any = turn.get("start_seconds")
    if turn["speaker"] != Speaker.TOOL or start is None or start > seconds:
        return None
    failed = ", failed" if turn.get("is_error") else ""
    return Mark(percent(start, seconds), "0", f"{turn.get('name') or 'Tool'} at {format_offset(start)}{failed}")


def wait_mark(answer: Answer, seconds: float) -> Mark:
    waited = (answer.wait_ms or 0) / 1000
    start = max(answer.start_seconds - waited, 0)
    slowest = " (slowest answer)" if answer.is_slowest else ""
    words = f"The caller waited {format_milliseconds(answer.wait_ms)} at {format_offset(start)}{slowest}"
    return Mark(percent(start, seconds), percent(answer.start_seconds - start, seconds), words)


def ticks(seconds: float) -> list[Mark]:
    """Round moments between the two ends."""
    step = next((step for step in TICK_SECONDS if seconds / step <= MOST_TICKS), TICK_SECONDS[-1])
    moments = range(0, int(seconds) + 1, step)
    return [Mark(percent(at, seconds), "0", format_duration(at * 1000)) for at in moments if at / seconds < 0.96]


def percent(part: float, whole: float) -> str:
    return f"{min(part / whole, 1) * 100:.2f}".rstrip("0").rstrip(".")
