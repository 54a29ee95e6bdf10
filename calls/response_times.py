"""How fast the APIs answered in one call: by kind, and by turn along the call."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F

from calls.choices import ResponseKind
from calls.format import format_milliseconds, format_offset
from calls.models import Call, ResponseTime
from calls.querysets import WrittenOnce
from calls.transcripts.answers import Answer, Measured

KINDS: dict[str, str] = dict(ResponseKind.choices)
# The picture of a kind along the call: units across, and percentages of its height.
WIDTH = 1000
FOOT = 96
REACH = 90


@dataclass(frozen=True, slots=True)
class KindRow:
    """The response times of one kind; the 95th percentile by nearest rank. `path` draws those with a time along the
    call, "" for none."""

    kind: str
    label: str
    count: int
    median: str
    percentile_95: str
    longest: str
    path: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What was measured on the way to one turn of the assistant. `seek` is its start in seconds, "" for what belongs
    to no turn, which has a `name` where it is a tool's; `cells` are in the order of ResponseTimes.kinds."""

    time: str
    name: str
    seek: str
    cells: list[str]
    is_slowest: bool


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """`is_cut` when there are too many answers for a table that nobody has opened."""

    kinds: list[KindRow]
    answers: list[AnswerRow]
    is_cut: bool = False


# A table of more answers than this is sent when it is opened.
MOST_UNASKED = 50
# Without nulls_last the two databases differ.
MEASURED = WrittenOnce(
    lambda: (
        ResponseTime.objects.filter(call=0)
        .order_by(F("at_ms").asc(nulls_last=True), "pk")
        .values_list(*Measured._fields)
    )
)


def measured(call: Call) -> list[Measured]:
    return list(map(Measured._make, MEASURED.rows(call.pk)))


def response_times(
    all_measured: Sequence[Measured], answers: Sequence[Answer], length_ms: int, *, every_answer: bool = False
) -> ResponseTimes:
    """`length_ms` is what the pictures are as wide as. Without `every_answer`, none where they are many."""
    groups: dict[str, list[Measured]] = defaultdict(list)
    for one in all_measured:
        groups[one.kind].append(one)
    kinds = [kind for kind in KINDS if kind in groups]
    rows = [_kind_row(kind, groups[kind], length_ms) for kind in kinds]
    if len(answers) > MOST_UNASKED and not every_answer:
        return ResponseTimes(rows, [], is_cut=True)
    return ResponseTimes(rows, [*_answer_rows(answers, kinds), *_rest(all_measured, answers, kinds)])


def _kind_row(kind: str, group: Sequence[Measured], length_ms: int) -> KindRow:
    durations_ms = sorted(one.duration_ms for one in group)
    percentile_95 = durations_ms[math.ceil(len(durations_ms) * 0.95) - 1]
    return KindRow(
        kind,
        KINDS[kind],
        len(durations_ms),
        format_milliseconds(statistics.median(durations_ms)),
        format_milliseconds(percentile_95),
        format_milliseconds(durations_ms[-1]),
        _path(group, durations_ms[-1], length_ms),
    )


def _path(group: Iterable[Measured], longest_ms: int, length_ms: int) -> str:
    """A bar at the moment of each answer, as high as it was long."""
    longest_ms = max(longest_ms, 1)
    placed = [(one.at_ms, one.duration_ms) for one in group if one.at_ms is not None and one.at_ms <= length_ms]
    return "".join(
        f"M{at_ms * WIDTH // length_ms} {FOOT}V{FOOT - REACH * duration_ms / longest_ms:.0f}"
        for at_ms, duration_ms in placed
    )


def _answer_rows(answers: Iterable[Answer], kinds: Sequence[str]) -> list[AnswerRow]:
    return [
        AnswerRow(
            format_offset(answer.start_seconds),
            "",
            f"{answer.start_seconds:.3f}",
            _cells(answer.measured, kinds),
            answer.is_slowest,
        )
        for answer in answers
        if answer.measured
    ]


def _rest(all_measured: Iterable[Measured], answers: Sequence[Answer], kinds: Sequence[str]) -> list[AnswerRow]:
    """A row for each measurement that belongs to no turn."""
    placed = {id(one) for answer in answers for one in answer.measured}
    rest = [one for one in all_measured if id(one) not in placed]
    return [AnswerRow(_time(one), one.name, "", _cells([one], kinds), is_slowest=False) for one in rest]


def _time(one: Measured) -> str:
    return format_offset(None if one.at_ms is None else one.at_ms / 1000)


def _cells(group: Iterable[Measured], kinds: Sequence[str]) -> list[str]:
    """What each kind took; several of one kind are added, and counted."""
    durations_ms: dict[str, list[int]] = {}
    for one in group:
        durations_ms.setdefault(one.kind, []).append(one.duration_ms)
    return [_cell(durations_ms[kind]) if kind in durations_ms else "" for kind in kinds]


def _cell(durations_ms: Sequence[int]) -> str:
    count = f" in {len(durations_ms)}" if len(durations_ms) > 1 else ""
    return f"{format_milliseconds(sum(durations_ms))}{count}"
