"""The sound of a call as a picture: its bars in one colour for each speaker, tools and long waits on it.

An SVG that the server draws: it needs no script, follows the theme by style sheet, and its parts are attributes, which
the Content-Security-Policy allows. Horizontally one unit is a bar; vertically it is a percentage of the height.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from calls.choices import Speaker
from calls.format import format_duration, format_milliseconds, format_offset
from calls.models import Recording
from calls.silences import silences
from calls.transcripts.answers import Answer
from calls.transcripts.cues import SPOKEN, Turn

BARS = 240
# Half of the picture, less than the room for a bar's round end.
REACH = 46.0
LEAST = 1.0
# Where no peaks are known, turns are drawn this high.
FLAT = 24.0
TICK_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
MOST_TICKS = 6

OTHER = "other"  # sound that no turn tells of
NAMES = {Speaker.ASSISTANT: "Assistant", Speaker.CALLER: "Caller", OTHER: "Nobody known"}

Lanes = Mapping[str, Sequence[float]]  # speaker: how far each bar reaches, 0 for no bar


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the picture in per cent of its width, with words for it."""

    x: str
    width: str
    words: str


@dataclass(frozen=True, slots=True)
class Waveform:
    """`paths` are (speaker, its name, SVG path); `silences` is `2.1-3.4 …` in seconds, `silence` their sum in words."""

    duration_seconds: str
    bars: int
    paths: list[tuple[str, str, str]]
    tools: list[Mark]
    waits: list[Mark]
    ticks: list[Mark]
    silences: str
    silence: str


def waveform(recording: Recording, turns: Sequence[Turn], answers: Iterable[Answer]) -> Waveform | None:
    """None where it is not known how long the recording is."""
    duration_ms = recording.duration_ms or last_moment_ms(turns)
    if not duration_ms:
        return None
    seconds, peaks = duration_ms / 1000, recording.peaks or []
    quiet = silences(peaks, recording.duration_ms, turns)
    return Waveform(
        duration_seconds=f"{seconds:.3f}",
        bars=BARS,
        paths=paths(peaks, speakers_by_bar(turns, seconds)),
        tools=[mark for turn in turns if (mark := tool_mark(turn, seconds))],
        waits=[wait_mark(answer, seconds) for answer in answers if answer.is_slow],
        ticks=ticks(seconds),
        silences=" ".join(f"{start:.2f}-{end:.2f}" for start, end in quiet),
        silence=format_duration(round(sum(end - start for start, end in quiet) * 1000)),
    )


def last_moment_ms(turns: Iterable[Turn]) -> int:
    moments = [turn.get("end_seconds") or turn.get("start_seconds") or 0 for turn in turns]
    return round(max(moments, default=0) * 1000)


def speakers_by_bar(turns: Iterable[Turn], seconds: float) -> list[str]:
    """Who speaks during each bar. A turn without an end lasts until the next one begins."""
    timed = [turn for turn in turns if turn["speaker"] in SPOKEN and turn.get("start_seconds") is not None]
    starts = [turn["start_seconds"] for turn in timed]
    bars = [OTHER] * BARS
    for turn, start, following in zip(timed, starts, [*starts, seconds][1:], strict=True):
        end = turn.get("end_seconds") or following
        first, last = (round(moment / seconds * BARS) for moment in (start, end))
        first, last = max(first, 0), min(max(last, first + 1), BARS)
        bars[first:last] = [turn["speaker"]] * (last - first)
    return bars


def paths(peaks: Sequence[Sequence[int]], speakers: Sequence[str]) -> list[tuple[str, str, str]]:
    """Two channels, one for each side: the assistant above the middle, the caller below. One channel: around the
    middle, coloured by the turns. None: the turns themselves."""
    levels = [resampled(channel) for channel in peaks if channel]
    if len(levels) == 2 and len(set(speakers) - {OTHER}) == 2:
        assistant, caller = levels if is_assistant_first(levels, speakers) else reversed(levels)
        lanes: Lanes = {Speaker.ASSISTANT: assistant, Speaker.CALLER: caller}
        return [_path(speaker, lane, *SIDES[speaker]) for speaker, lane in lanes.items()]
    if levels:
        loudest = list(map(max, *levels)) if len(levels) > 1 else levels[0]
        return [_path(speaker, lane, 1, 1) for speaker, lane in parted(loudest, speakers).items()]
    flat = parted([0.0 if speaker == OTHER else FLAT for speaker in speakers], speakers)
    return [_path(speaker, lane, *SIDES[speaker]) for speaker, lane in flat.items() if speaker != OTHER]


# How much of a bar is above and how much below the middle.
SIDES: dict[str, tuple[int, int]] = {Speaker.ASSISTANT: (1, 0), Speaker.CALLER: (0, 1)}


def resampled(channel: Sequence[int]) -> list[float]:
    """The loudest sample of each bar; the loudest of all reaches to the edge."""
    scale = REACH / max(*channel, 1)
    edges = [place * len(channel) // BARS for place in range(BARS + 1)]
    loudest = [max(channel[start : max(end, start + 1)]) for start, end in pairwise(edges)]
    return [max(peak * scale, LEAST) for peak in loudest]


def is_assistant_first(levels: Sequence[Sequence[float]], speakers: Sequence[str]) -> bool:
    """Whether the first channel is the louder one, compared with the second, when the assistant speaks."""
    sign = {Speaker.ASSISTANT: 1, Speaker.CALLER: -1, OTHER: 0}
    agreement = [sum(sign[who] * level for who, level in zip(speakers, lane, strict=True)) for lane in levels]
    return agreement[0] >= agreement[1]


def parted(levels: Sequence[float], speakers: Sequence[str]) -> Lanes:
    return {
        name: [level if who == name else 0.0 for level, who in zip(levels, speakers, strict=True)]
        for name in NAMES
        if name in speakers
    }


def _path(speaker: str, lane: Sequence[float], above: int, below: int) -> tuple[str, str, str]:
    bars = [
        f"M{place + 0.5:g} {50 - above * reach:.3g}V{50 + below * reach:.3g}"
        for place, reach in enumerate(lane)
        if reach
    ]
    return speaker, NAMES[speaker], "".join(bars)


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
