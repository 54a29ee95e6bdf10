"""The variables and values that are captured most in some selections, and what the calls with them add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, CharField, F, FilteredRelation, Q, Value, When

from analytics.daily import calls_of, near
from analytics.totals import NOTHING, Totals, grouped, total
from calls.filters import CallFilter
from calls.querysets import fetched

VARIABLES = 5
VALUES = 20
# Of so many calls of a selection it is told what is captured most.
SAMPLE = 2_000
MISSING, OTHERS = "\x00missing", "\x00others"


def most_captured(selections: Iterable[tuple[CallFilter, int]]) -> dict[str, list[str]]:
    """Variables with those values that more than one call captured, the most frequent first. Beside each selection
    stands the number of its calls: of many, every so-many-th is asked, since values can be as many as calls."""
    counted = Counter(row for selection, calls in selections for row in _sample(selection, calls))
    by_name: dict[str, Counter[str]] = {}
    for (name, text), calls in counted.items():
        by_name.setdefault(name, Counter())[text] = calls
    names = _first({name: texts.total() for name, texts in by_name.items()}, VARIABLES)
    repeated = {name: {text: calls for text, calls in by_name[name].items() if calls > 1} for name in names}
    return {name: _first(texts, VALUES) for name, texts in repeated.items()}


def _sample(selection: CallFilter, calls: int) -> list[tuple[Any, ...]]:
    """Rows of name and text."""
    every = calls_of(selection).order_by().annotate(place=F("pk") % max(calls // SAMPLE, 1))
    captured = every.filter(place=0, variables__isnull=False)
    return fetched(captured.values_list("variables__name", "variables__value_text"))


def _first(counted: Mapping[str, int], number: int) -> list[str]:
    return sorted(counted, key=lambda text: (-counted[text], text))[:number]


def by_value(selection: CallFilter, followed: Mapping[str, list[str]], whole: Totals) -> dict[str, dict[str, Totals]]:
    """By variable and value, in one reading; what is not followed is OTHERS, and MISSING are the calls of `whole`
    that captured no value."""
    if not followed:
        return {}
    captured = FilteredRelation(
        "variables", condition=Q(variables__name__in=list(followed)) & near(selection, "variables__call")
    )
    known = [
        When(captured__name=name, captured__value_text__in=texts, then=F("captured__value_text"))
        for name, texts in followed.items()
        if texts
    ]
    calls = calls_of(selection).annotate(captured=captured).filter(captured__isnull=False)
    text = Case(*known, default=Value(None), output_field=CharField())
    found: dict[str, dict[str, Totals]] = {name: {} for name in followed}
    for (name, value), totals in grouped(calls, name=F("captured__name"), text=text).items():
        found[name][OTHERS if value is None else value] = totals
    for values in found.values():
        values[MISSING] = whole - total(values.values())
    return {
        name: {key: totals for key, totals in values.items() if totals != NOTHING} for name, values in found.items()
    }
