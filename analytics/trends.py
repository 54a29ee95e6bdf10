"""The charts of a selection's course, each with its table, alone or beside another period."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics import words
from analytics.charts import Chart, Course, Trace
from analytics.links import InDays
from analytics.metrics import MEASURES, Compared, Measure, Point, Trend
from analytics.tables import Cell, Column, Row, Table, columns, figure
from analytics.words import Number
from calls.choices import Status
from calls.filters import CallFilter
from calls.format import UNKNOWN

# Tables of more buckets than this are sent when they are opened.
LONG = 100
# From the bottom of a bar to its top.
STACK = (
    *(Status.COMPLETED, Status.VOICEMAIL, Status.UNANSWERED, Status.BUSY, Status.FAILED),
    *(Status.IN_PROGRESS, Status.RINGING, Status.INITIATED),
)


@dataclass(frozen=True)
class Shown:
    """`others` are the points of the other period, each beside one of the trend; `left` are those beside none.
    Without a comparison there are neither. Long tables are left out unless `has_long_tables`."""

    trend: Trend
    others: Sequence[Point | None]
    left: Sequence[Point]
    selection: CallFilter
    has_long_tables: bool

    @property
    def bucket_name(self) -> str:
        return str(self.trend.granularity)

    @functools.cached_property
    def course(self) -> Course:
        return Course([point.bucket for point in self.trend.points], self.selection.selection.zone.key)

    @functools.cached_property
    def queries(self) -> list[str]:
        """Of the calls of each bucket, without their status: see with_status."""
        days = InDays(self.selection, without=("status",))
        buckets = (point.bucket for point in self.trend.points)
        return [days.query(bucket.days.first, bucket.days.last, bucket.hour) or "" for bucket in buckets]

    def values(self, measure: Measure) -> list[Number | None]:
        return [measure.of(point.totals) for point in self.trend.points]

    def other_values(self, measure: Measure) -> list[Number | None]:
        return [measure.of(point.totals) if point else None for point in self.others]


def alone(trend: Trend, selection: CallFilter, *, has_long_tables: bool) -> Shown:
    return Shown(trend, [], [], selection, has_long_tables)


def beside(compared: Compared, selection: CallFilter, *, has_long_tables: bool) -> Shown:
    others = [other for point, other in compared.pairs if point]
    left = [other for point, other in compared.pairs if other and not point]
    return Shown(compared.trend, others, left, selection, has_long_tables)


def charts(shown: Shown) -> list[Chart]:
    return [calls_by_status(shown), completed_rate(shown), average_duration(shown)]


def calls_by_status(shown: Shown) -> Chart:
    points = shown.trend.points
    present = [status for status in STACK if any(point.totals.statuses.get(status) for point in points)]
    course = shown.course
    bars = [_bars(course, points, status, column) for column, status in enumerate(present, start=1)]

    def rows() -> list[list[Cell]]:
        pairs = zip(points, shown.queries, strict=True)
        return [[*_status_cells(point, present, query), _calls(point)] for point, query in pairs]

    return Chart(
        "Calls by status",
        f"Stacked bars: {sum(point.totals.calls for point in points):,} calls by {shown.bucket_name} and status.",
        course.figure(
            [*bars, *_before(shown, course, "calls", "%{y:,} calls before")],
            "calls",
            barmode="stack",
            hovermode="closest",
        ),
        _table("calls-by-status", "calls", shown, [*(status.label for status in present), "All"], rows),
    )


def _bars(course: Course, points: Sequence[Point], status: Status, column: int) -> Trace:
    counts = [point.totals.statuses.get(status, 0) for point in points]
    hover = {"hovertemplate": f"%{{y:,}} {status.label.lower()}<br>%{{hovertext}}<extra></extra>"}
    return course.bars(status.label, counts, f"status-{status.value}", column) | hover


def _status_cells(point: Point, statuses: Sequence[Status], query: str) -> list[Cell]:
    counts = point.totals.statuses
    return [figure(counts.get(status, 0), "calls", with_status(query, status)) for status in statuses]


def with_status(query: str, status: Status) -> str:
    """Of the calls of a status in a bucket, where there are some."""
    return f"{query}&status={status.value}"


def completed_rate(shown: Shown) -> Chart:
    course, measure = shown.course, MEASURES["completed_rate"]
    intervals = [point.interval for point in shown.trend.points]
    lows = [interval.low if interval else None for interval in intervals]
    highs = [interval.high if interval else None for interval in intervals]
    band = course.band("95 % interval", _percents(lows), _percents(highs), "colour-rate")
    rates = shown.values(measure)
    line = course.line("Completed rate", _percents(rates), "colour-rate", 1)
    before = _before(shown, course, "completed_rate", "%{y:.1f} % before")

    def rows() -> list[list[Cell]]:
        found = zip(shown.trend.points, rates, lows, highs, shown.queries, strict=True)
        return [
            [
                figure(rate, "share", point.query),
                figure(low, "share"),
                figure(high, "share"),
                figure(point.totals.completed, "calls", with_status(query, Status.COMPLETED)),
                _calls(point),
            ]
            for point, rate, low, high, query in found
        ]

    heads = ["Completed rate", "95 % from", "to", "Completed", "Calls"]
    return Chart(
        "Completed rate",
        f"A line with its 95 % interval: completed calls of all calls by {shown.bucket_name}.",
        course.figure(
            [*band, line | {"hovertemplate": "%{y:.1f} %<extra></extra>"}, *before],
            "% of calls",
            hovermode="x unified",
            yaxis={"range": [0, 102]},
        ),
        _table("completed-rate", "completed_rate", shown, heads, rows),
        "The shade is the 95 % interval (Wilson): wide where calls are few.",
    )


def average_duration(shown: Shown) -> Chart:
    course, measure = shown.course, MEASURES["average_duration"]
    averages = shown.values(measure)
    line = course.line("Average duration", averages, "colour-duration", 1)
    before = _before(shown, course, "average_duration", "%{y:.0f} s before")

    def rows() -> list[list[Cell]]:
        pairs = zip(shown.trend.points, averages, strict=True)
        return [[figure(one, "seconds", p.query), figure(p.totals.talking, "calls", p.query)] for p, one in pairs]

    return Chart(
        "Average duration",
        f"A line: talk time on average by {shown.bucket_name}, of the calls that have some.",
        course.figure(
            [line | {"hovertemplate": "%{y:.0f} s<extra></extra>"}, *before], "seconds", hovermode="x unified"
        ),
        _table("average-duration", "average_duration", shown, ["Average duration", "Calls with talk time"], rows),
        "Talk time, answered to ended, of the calls that have some.",
    )


def _calls(point: Point) -> Cell:
    return figure(point.totals.calls, "calls", point.query)


def _percents(shares: Sequence[Number | None]) -> list[float | None]:
    return [None if share is None else float(share) * 100 for share in shares]


# Beside another period


def _before(shown: Shown, course: Course, name: str, hover: str) -> list[Trace]:
    """The line of the other period, which links to the calls of that period."""
    if not shown.others:
        return []
    measure = MEASURES[name]
    values = shown.other_values(measure)
    line = course.line("Before", _percents(values) if measure.unit == "share" else values, "colour-before", -2, "dot")
    return [line | {"hovertemplate": f"{hover}<extra></extra>"}]


def _table(id: str, name: str, shown: Shown, heads: Sequence[str], rows: Callable[[], list[list[Cell]]]) -> Table:
    """A row for each bucket; beside another period also its bucket, its figure and the difference."""
    measure, points = MEASURES[name], shown.trend.points
    caption = f"{measure.label} by {shown.bucket_name}"
    if len(points) > LONG and not shown.has_long_tables:
        return Table(id, caption, [], [], is_left_out=True)
    if not shown.others:
        whole = _rows(shown, rows())
        return Table(id, caption, columns(shown.bucket_name.capitalize(), *heads), whole)
    beside = [_compared(measure, point, other) for point, other in zip(points, shown.others, strict=True)]
    whole = _rows(shown, [[*cells, *more] for cells, more in zip(rows(), beside, strict=True)])
    nothing = [Cell(UNKNOWN)] * len(heads)
    left = [Row(Cell(UNKNOWN), [*nothing, *_compared(measure, None, other)]) for other in shown.left]
    compared = [Column("Compared with"), Column("Before"), Column("Difference")]
    heads_of_all = [*columns(shown.bucket_name.capitalize(), *heads), *compared]
    return Table(id, f"{caption}, beside another period", heads_of_all, [*whole, *left])


def _rows(shown: Shown, rows: Sequence[Sequence[Cell]]) -> list[Row]:
    course = shown.course
    return [
        Row(Cell(head, point.query), cells, remark)
        for head, point, cells, remark in zip(course.heads, shown.trend.points, rows, course.remarks, strict=True)
    ]


def _compared(measure: Measure, point: Point | None, other: Point | None) -> list[Cell]:
    now = measure.of(point.totals) if point else None
    before = measure.of(other.totals) if other else None
    label = Cell(words.bucket_of(other.bucket), other.query) if other else Cell(UNKNOWN)
    return [label, figure(before, measure.unit, other.query if other else None), difference(now, before, measure.unit)]


def difference(now: Number | None, before: Number | None, unit: str) -> Cell:
    value = None if now is None or before is None else now - before  # type: ignore[operator]  # of one kind
    return Cell(words.signed(value, unit), None, words.plain(value))


def summary(compared: Compared) -> Table:
    """The four metrics of both periods."""
    these, those = words.days_of(compared.comparison.days), words.days_of(compared.comparison.others)
    rows = [_summary_row(measure, compared) for measure in MEASURES.values()]
    return Table("comparison", "Both periods", columns("Metric", these, those, "Difference", "Change"), rows)


def _summary_row(measure: Measure, compared: Compared) -> Row:
    now, before = measure.of(compared.totals), measure.of(compared.other_totals)
    change = None
    if measure.unit != "share" and now is not None and before:
        change = float(now) / float(before) - 1
    cells = [figure(now, measure.unit), figure(before, measure.unit), difference(now, before, measure.unit)]
    return Row(Cell(measure.label), [*cells, Cell(words.percent(change), None, words.plain(change))])
