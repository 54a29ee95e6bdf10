"""The sections of the page: what each one reads for its template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from analytics import breakdowns, courses_shown, trends
from analytics.buckets import Against
from analytics.courses import costs_of, response_times_of
from analytics.dimensions import DIMENSIONS
from analytics.heat import SHADES, heat_rows
from analytics.metrics import MEASURES, Compared, comparison_of, trend_of
from analytics.patterns import breakdown_of, heat_map_of
from analytics.question import Question
from calls.choices import ResponseKind

# Value, words, query string, whether it holds.
Choice = tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Section:
    """`read` gives the context of the template analytics/<name>.jinja; `parameters` are those that it has controls
    for."""

    name: str
    title: str
    parameters: tuple[str, ...]
    read: Callable[[Question], dict[str, Any]]


def choices(question: Question, name: str, options: Iterable[tuple[str, str]], chosen: str) -> list[Choice]:
    return [(value, words, question.query(**{name: value}), value == chosen) for value, words in options]


def read_trends(question: Question) -> dict[str, Any]:
    compared = compared_as_asked(question)
    if compared:
        shown = trends.beside(compared, question.selection)
    else:
        shown = trends.alone(trend_of(question.selection, question.value("by")), question.selection)
    offered = [(str(one), one.capitalize()) for one in shown.trend.offered]
    return {
        "choices": choices(question, "by", offered, shown.trend.granularity),
        "charts": trends.charts(shown) if shown.trend.points else [],
        "summary": trends.summary(compared) if compared else None,
    }


def compared_as_asked(question: Question) -> Compared | None:
    """None where no comparison is asked for, or one that cannot be made."""
    if not question.value("against"):
        return None
    return comparison_of(
        question.selection,
        Against(question.value("against")),
        question.value("by"),
        by_weekday=bool(question.value("weekdays")),
        chosen=question.value("chosen"),
    )


def read_costs(question: Question) -> dict[str, Any]:
    by = question.value("by")
    costs = costs_of(question.selection, by)
    answers = response_times_of(question.selection, by, question.value("kind") or "")
    kinds = [(kind, ResponseKind(kind).label) for kind in answers.kinds]
    charts = []
    if costs.points:
        charts.append(courses_shown.cost_by_component(costs, question.selection))
    if kinds:
        charts.append(courses_shown.response_times(answers, question.selection))
    return {"charts": charts, "kinds": choices(question, "kind", kinds, answers.kind)}


def read_patterns(question: Question) -> dict[str, Any]:
    shade = question.value("shade") or SHADES[0]
    dimension = question.value("breakdown") or next(iter(DIMENSIONS))
    shades = [(name, MEASURES[name].label) for name in SHADES]
    dimensions = [(one.name, one.label) for one in DIMENSIONS.values()]
    order = question.value("order") or breakdowns.DEFAULT_ORDER
    breakdown = breakdown_of(question.selection, dimension)
    return {
        "heat": heat_rows(heat_map_of(question.selection), shade),
        "heat_caption": f"{MEASURES[shade].label} by weekday and hour",
        "zone_name": question.selection.selection.zone.key,
        "shades": choices(question, "shade", shades, shade),
        "dimensions": choices(question, "breakdown", dimensions, dimension),
        "table": breakdowns.table(breakdown, order, lambda order: question.query(order=order)),
    }


SECTIONS = {
    section.name: section
    for section in (
        Section("trends", "Trends", ("by", "against", "chosen", "weekdays"), read_trends),
        Section("costs", "Cost and response time", ("kind",), read_costs),
        Section("patterns", "Patterns", ("shade", "breakdown", "order"), read_patterns),
    )
}
