"""Captured variables: which there are, the values of one of them, and their course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from analytics import words
from analytics.breakdowns import interval_words
from analytics.captured import Bar, Captured, CapturedCourse, CapturedPoint, ValueShown
from analytics.charts import Chart, Course, histogram, plain_text
from analytics.statistics import wilson
from analytics.tables import Cell, Row, Table, columns, figure
from analytics.totals import Totals
from calls.filters import CallFilter
from calls.variables import filter_parameter

Query = Callable[[str | None], str | None]
HEADS = ("Calls", "Share", "Completed rate", "95 % interval", "Avg duration", "Cost")


def in_words(captured: Captured) -> list[str]:
    calls, missing = captured.totals.calls, captured.missing.calls
    facts = [
        f"captured by {calls:,} of {calls + missing:,} calls",
        f"{captured.distinct:,} {'value' if captured.distinct == 1 else 'values'}",
    ]
    if captured.median is not None:
        facts.append(f"median {captured.median:g}")
    if captured.true_share is not None:
        facts.append(f"true in {words.share(captured.true_share)}")
    return facts


def values(captured: Captured) -> Table:
    rows = [_value_row(value) for value in captured.values]
    if captured.others.calls:
        rows.append(Row(Cell(f"{captured.distinct - len(rows):,} other values"), _cells(captured.others, None)))
    rows.append(Row(Cell("Not captured"), _cells(captured.missing, None)))
    foot = Row(Cell("Captured"), _cells(captured.totals, None))
    return Table("values", f"Values of {captured.name}", columns("Value", *HEADS), rows, foot)


def _value_row(value: ValueShown) -> Row:
    cells = _cells(value.totals, value.query)
    cells[1] = figure(value.share, "share")
    return Row(Cell(value.text or "(empty)", value.query), cells)


def _cells(totals: Totals, query: str | None) -> list[Cell]:
    return [
        figure(totals.calls, "calls", query),
        Cell(""),
        figure(totals.completed_rate, "share", query),
        interval_words(wilson(totals.completed, totals.calls)),
        figure(totals.average_seconds, "seconds", query),
        figure(totals.cost, "credits", query),
    ]


def numbers(captured: Captured, bars: Sequence[Bar]) -> Chart:
    labels = [f"{bar.low:g}" if bar.low == bar.high else f"{bar.low:g}–{bar.high:g}" for bar in bars]
    rows = [
        Row(
            Cell(label, bar.query if bar.totals.calls else None),
            [
                figure(bar.totals.calls, "calls", bar.query),
                figure(bar.totals.completed_rate, "share", bar.query),
                figure(bar.totals.cost, "credits", bar.query),
            ],
        )
        for label, bar in zip(labels, bars, strict=True)
    ]
    return Chart(
        "How the numbers lie",
        f"Bars: calls by the number captured as {captured.name}.",
        histogram(labels, [bar.totals.calls for bar in bars], captured.name),
        Table("numbers", f"Calls by {captured.name}", columns("Number", "Calls", "Completed rate", "Cost"), rows),
        "" if captured.median is None else f"Median {captured.median:g}.",
    )


def over_time(found: CapturedCourse, granularity: str, selection: CallFilter) -> Chart:
    """The most frequent values, and the others together."""
    course = Course([one.point.bucket for one in found.points], selection.selection.zone.key)
    followed: list[str | None] = [*found.values]
    if any(one.values.get(None) for one in found.points):
        followed.append(None)
    labels = ["Other values" if text is None else text or "(empty)" for text in followed]
    bars = [
        course.bars(
            label,
            [one.values[text].calls if text in one.values else 0 for one in found.points],
            "value-rest" if text is None else f"value-{place}",
            place + 1,
        )
        | {"hovertemplate": f"%{{y:,}} {plain_text(label)}<br>%{{hovertext}}<extra></extra>"}
        for place, (text, label) in enumerate(zip(followed, labels, strict=True))
    ]
    query = _queries(found.name, found.values)
    anything = urlencode({"variable": found.name}) if filter_parameter(found.name, "") else None
    rows = [_course_row(one, followed, query, anything) for one in found.points]
    heads = columns(granularity.capitalize(), *labels, "All")
    return Chart(
        "Over time",
        f"Stacked bars: calls that captured {found.name} by {granularity} and value.",
        course.figure(bars, "calls", barmode="stack", hovermode="closest"),
        Table("captured-over-time", f"{found.name} by {granularity}", heads, rows),
    )


def _course_row(
    one: CapturedPoint, followed: Sequence[str | None], query: Callable[[str | None], str | None], anything: str | None
) -> Row:
    point = one.point
    cells = [
        figure(one.values[text].calls if text in one.values else 0, "calls", _joined(point.query, query(text)))
        for text in followed
    ]
    whole = figure(one.captured.calls, "calls", _joined(point.query, anything))
    return Row(Cell(words.bucket_of(point.bucket), point.query), [*cells, whole], words.remark_of(point.bucket))


def _queries(name: str, texts: Sequence[str]) -> Query:
    """What a bucket's query string has to add for the calls with a value; None where the log cannot ask for them."""
    asked = {text: filter_parameter(name, text) for text in texts}
    added = {text: urlencode({"variable": both}) for text, both in asked.items() if ":" in both}
    return lambda text: None if text is None else added.get(text)


def _joined(query: str | None, more: str | None) -> str | None:
    return None if query is None or more is None else f"{query}&{more}"
