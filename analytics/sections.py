"""The sections of the page: what each one reads for its template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from analytics import breakdowns, captured_shown, changes_shown, courses_shown, trends, words
from analytics.buckets import Against
from analytics.captured import captured_of, captured_over_time, variables_of
from analytics.changes import SMALL
from analytics.courses import costs_of, response_times_of
from analytics.dimensions import DIMENSIONS
from analytics.explained import changes_of
from analytics.heat import SHADES, heat_rows
from analytics.metrics import MEASURES, Compared, comparison_of
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
    return [(value, label, question.query(**{name: value}), value == chosen) for value, label in options]


def read_trends(question: Question) -> dict[str, Any]:
    compared, has_long_tables = compared_as_asked(question), question.value("figures") == "all"
    if compared:
        shown = trends.beside(compared, question.selection, has_long_tables=has_long_tables)
    else:
        shown = trends.alone(question.metrics.trend, question.selection, has_long_tables=has_long_tables)
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


def read_changes(question: Question) -> dict[str, Any]:
    metric = question.value("metric") or "completed_rate"
    metrics = [(measure.name, measure.label) for measure in MEASURES.values()]
    chosen = question.value("chosen")
    against = Against(question.value("against") or Against.PREVIOUS)
    found = changes_of(
        question.selection,
        metric,
        against if chosen or against != Against.CHOSEN else Against.PREVIOUS,
        by_weekday=bool(question.value("weekdays")),
        chosen=chosen,
    )
    context: dict[str, Any] = {"found": found, "metrics": choices(question, "metric", metrics, metric)}
    if found:
        days, others = words.days_of(found.comparison.days), words.days_of(found.comparison.others)
        context["periods"] = f"{days} against {others}."
        context["table"] = changes_shown.ranked(found)
        context["divisions"] = [(one.label, changes_shown.divided(one, found)) for one in found.divisions]
        context["small"] = SMALL
    return context


def read_captured(question: Question) -> dict[str, Any]:
    selection, name = question.selection, question.value("captured")
    variables = variables_of(selection)
    if not name or name not in {variable.name for variable in variables}:
        name = variables[0].name if variables else None
    context: dict[str, Any] = {
        "name": name,
        "variables": [(one, words.share(one.share), question.query(captured=one.name)) for one in variables],
    }
    if name:
        captured = captured_of(selection, name)
        course = captured_over_time(selection, captured, question.value("by"))
        granularity = str(course.points[0].point.bucket.granularity)
        charts = [captured_shown.over_time(course, granularity, selection)]
        if captured.bars:
            charts.insert(0, captured_shown.numbers(captured, captured.bars))
        context |= {"facts": captured_shown.in_words(captured), "query": captured.query, "charts": charts}
        context["table"] = captured_shown.values(captured)
    return context


SECTIONS = {
    section.name: section
    for section in (
        Section("trends", "Trends", ("by", "against", "chosen", "weekdays", "figures"), read_trends),
        Section("costs", "Cost and response time", ("kind",), read_costs),
        Section("patterns", "Patterns", ("shade", "breakdown", "order"), read_patterns),
        Section("changes", "What changed", ("metric",), read_changes),
        Section("captured", "Captured variables", ("captured",), read_captured),
    )
}
