"""The sections of the page: what each one reads for its template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analytics import trends
from analytics.buckets import Against
from analytics.metrics import Compared, comparison_of, trend_of
from analytics.question import Question


@dataclass(frozen=True, slots=True)
class Section:
    """`read` gives the context of the template analytics/<name>.jinja."""

    name: str
    title: str
    read: Callable[[Question], dict[str, Any]]


def read_trends(question: Question) -> dict[str, Any]:
    compared = compared_as_asked(question)
    if compared:
        shown = trends.beside(compared, question.selection)
        summary = trends.summary(compared)
    else:
        shown = trends.alone(trend_of(question.selection, question.value("by")), question.selection)
        summary = None
    charts = trends.charts(shown) if shown.trend.points else []
    return {"trend": shown.trend, "charts": charts, "summary": summary}


def compared_as_asked(question: Question) -> Compared | None:
    """None where no comparison is asked for, or one that cannot be made."""
    against, chosen = question.value("against"), question.value("chosen")
    if not against:
        return None
    return comparison_of(
        question.selection,
        Against(against),
        question.value("by"),
        by_weekday=bool(question.value("weekdays")),
        chosen=chosen,
    )


SECTIONS = {section.name: section for section in (Section("trends", "Trends", read_trends),)}
