"""The times at which subtitles of a transcript stand, since subtitle formats have no place for a turn without one.

The rule: a turn is shown from its start to its end. Turns without a start share evenly what lies between the starts
of the timed turns around them; before the first timed turn they share the time from 0, and after the last one, or
where no turn has a time, each follows UNTIMED_MS after the one before. A turn without an end, or with one that is not
after its start, is shown until the next turn starts, or for UNTIMED_MS where none starts later.

Only what was spoken is a subtitle: tools and notes of the system are in the other formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from calls.choices import Speaker

UNTIMED_MS = 4000
SPOKEN = (Speaker.CALLER, Speaker.ASSISTANT)

Turn = Mapping[str, Any]  # as Transcript.turns keeps it


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they are shown, in ms from the start of the audio; the end is after the start."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str


def cues(turns: Iterable[Turn]) -> list[Cue]:
    """What was spoken, by its start. Turns without words are none."""
    spoken = [turn for turn in turns if turn["speaker"] in SPOKEN and turn["text"].strip()]
    starts = starts_ms(milliseconds(turn.get("start_seconds")) for turn in spoken)
    timed = sorted(zip(starts, spoken, strict=True), key=lambda pair: pair[0])
    nexts = [*starts_of(timed), None][1:]
    return [
        Cue(start, end_ms(start, milliseconds(turn.get("end_seconds")), later), turn["speaker"], turn["text"])
        for (start, turn), later in zip(timed, nexts, strict=True)
    ]


def starts_of(timed: Iterable[tuple[int, Turn]]) -> list[int | None]:
    return [start for start, _ in timed]


def milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else max(round(seconds * 1000), 0)


def end_ms(start: int, end: int | None, next_start: int | None) -> int:
    if end is not None and end > start:
        return end
    return next_start if next_start is not None and next_start > start else start + UNTIMED_MS


def starts_ms(known: Iterable[int | None]) -> list[int]:
    """A start for each turn, by the rule above."""
    starts = list(known)
    timed = [place for place, start in enumerate(starts) if start is not None]
    if not timed:
        return [place * UNTIMED_MS for place in range(len(starts))]
    first, last = timed[0], timed[-1]
    filled = share(first, 0, starts[first] or 0)
    for here, there in pairwise(timed):
        filled += share(there - here, starts[here] or 0, starts[there] or 0)
    return filled + [(starts[last] or 0) + step * UNTIMED_MS for step in range(len(starts) - last)]


def share(count: int, from_ms: int, to_ms: int) -> list[int]:
    """`count` moments evenly from the one on, the other left out."""
    return [from_ms + (to_ms - from_ms) * step // count for step in range(count)]
