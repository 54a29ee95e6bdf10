"""The charts of what stands beside the calls: cost by component, and response times."""

from __future__ import annotations

from collections.abc import Sequence

from analytics import words
from analytics.charts import Chart, Course
from analytics.courses import NOT_ITEMISED, CostCourse, CostPoint, ResponseCourse, ResponsePoint
from analytics.metrics import Trend
from analytics.tables import Cell, Row, Table, columns, figure
from calls.choices import Component, ResponseKind
from calls.filters import CallFilter
from calls.format import format_milliseconds


def course_of(trend: Trend, selection: CallFilter) -> Course:
    return Course([point.bucket for point in trend.points], selection.selection.zone.key)


def cost_by_component(costs: CostCourse, selection: CallFilter) -> Chart:
    course, name = course_of(costs.trend, selection), str(costs.trend.granularity)
    bars = [
        course.bars(
            component_label(component),
            [float(point.components.get(component, 0)) for point in costs.points],
            f"component-{component or 'rest'}",
            column,
        )
        | {"hovertemplate": f"%{{y:,.2f}} {component_label(component).lower()}<br>%{{hovertext}}<extra></extra>"}
        for column, component in enumerate(costs.components, start=1)
    ]
    heads = columns(name.capitalize(), *map(component_label, costs.components), "All")
    rows = [_cost_row(point, costs.components) for point in costs.points]
    return Chart(
        "Cost by component",
        f"Stacked bars: credits by {name} and what they were paid for.",
        course.figure(bars, "credits", barmode="relative", hovermode="closest"),
        Table("cost-by-component", f"Credits by {name} and component", heads, rows),
    )


def component_label(component: str) -> str:
    return "Not itemised" if component == NOT_ITEMISED else Component(component).label


def _cost_row(cost: CostPoint, components: Sequence[str]) -> Row:
    point = cost.point
    cells = [figure(cost.components.get(component, 0), "credits", point.query) for component in components]
    whole = figure(point.totals.cost, "credits", point.query)
    return Row(Cell(words.bucket_of(point.bucket), point.query), [*cells, whole], words.remark_of(point.bucket))


def response_times(found: ResponseCourse, selection: CallFilter) -> Chart:
    course, name = course_of(found.trend, selection), str(found.trend.granularity)
    kind = ResponseKind(found.kind).label
    lines = [
        course.line(label, [getattr(point, field) for point in found.points], colour, column)
        | {"hovertemplate": f"%{{y:,.0f}} ms {label.lower()}<extra></extra>"}
        for label, field, colour, column in (
            ("95th percentile", "p95_ms", "colour-slow", 2),
            ("Median", "median_ms", "colour-duration", 1),
        )
    ]
    heads = columns(name.capitalize(), "Median", "95th percentile", "Answers")
    rows = [_response_row(point) for point in found.points]
    return Chart(
        f"Response time: {kind}",
        f"Two lines: the median and the 95th percentile of the response times by {name}.",
        course.figure(lines, "milliseconds", hovermode="x unified"),
        Table("response-times", f"Response times by {name}: {kind}", heads, rows),
    )


def _response_row(point: ResponsePoint) -> Row:
    cells = [
        Cell(format_milliseconds(value), point.query if value else None, words.plain(value))
        for value in (point.median_ms, point.p95_ms)
    ]
    answers = figure(point.answers, "calls", point.query)
    return Row(Cell(words.bucket_of(point.bucket), point.query), [*cells, answers], words.remark_of(point.bucket))
