"""Which response times belong to which answer, and how long the caller waited for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from calls.choices import ResponseKind, Speaker
from calls.transcripts.cues import Turn

# A caller who waits longer notices it.
SLOW_MS = 2000
# Platforms round the moments of turns and of measurements each in its own way.
TOLERANCE_SECONDS = 0.1


class Measured(NamedTuple):
    """One response time; `at_ms` counts from the start of the audio, None is not known."""

    kind: str
    name: str
    at_ms: int | None
    duration_ms: int


@dataclass(slots=True)
class Answer:
    """What is known of how a turn of the assistant came about. `wait_ms` is what the caller waited, None where that
    is not known; `is_measured` tells the platform's figure from the gap between the turns."""

    place: int
    start_seconds: float
    measured: list[Measured] = field(default_factory=list)
    wait_ms: int | None = None
    is_measured: bool = False
    is_slowest: bool = False

    @property
    def is_slow(self) -> bool:
        return self.is_slowest or (self.wait_ms or 0) >= SLOW_MS


def answers(turns: Sequence[Turn], measured: Iterable[Measured]) -> list[Answer]:
    """The timed turns of the assistant in their order, each with what was measured on the way to it: a measurement
    belongs to the first turn that begins when it began or later."""
    found = [Answer(place, turn["start_seconds"]) for place, turn in enumerate(turns) if is_timed_answer(turn)]
    starts = list(accumulate((answer.start_seconds + TOLERANCE_SECONDS for answer in found), max))
    for one in measured:
        if one.at_ms is not None and (place := bisect_left(starts, one.at_ms / 1000)) < len(found):
            found[place].measured.append(one)
    for answer in found:
        _measure(answer, turns)
    waits = [answer.wait_ms for answer in found if answer.wait_ms is not None]
    if len(waits) > 1:
        next(answer for answer in found if answer.wait_ms == max(waits)).is_slowest = True
    return found


def is_timed_answer(turn: Turn) -> bool:
    return turn["speaker"] == Speaker.ASSISTANT and turn.get("start_seconds") is not None


def _measure(answer: Answer, turns: Sequence[Turn]) -> None:
    waits = [one.duration_ms for one in answer.measured if one.kind == ResponseKind.TURN]
    answer.is_measured = bool(waits)
    answer.wait_ms = max(waits) if waits else gap_ms(answer, turns)


def gap_ms(answer: Answer, turns: Sequence[Turn]) -> int | None:
    """From the end of the caller's turn to the answer, with nothing between them but tools; None where the assistant
    spoke first or spoke on, began before the caller ended, or a time is not known."""
    for turn in reversed(turns[: answer.place]):
        if turn["speaker"] == Speaker.CALLER:
            end = turn.get("end_seconds")
            gap = None if end is None else round((answer.start_seconds - end) * 1000)
            return gap if gap is not None and gap >= 0 else None
        if turn["speaker"] == Speaker.ASSISTANT:
            return None
    return None
