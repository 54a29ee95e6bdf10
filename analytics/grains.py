"""What daily totals are kept by, and which of them answer a selection."""

from __future__ import annotations

from django.db.models import Q

from calls.filters import CallFilter
from calls.parameters import NONE

# Each is kept by status as well. Chosen by measurement: a product of all would have nearly as many rows as calls.
GRAINS: tuple[tuple[str, ...], ...] = (
    (),
    ("assistant",),
    ("campaign",),
    ("direction",),
    ("assistant", "direction"),
    ("campaign", "direction"),
)
COLUMNS = ("assistant", "campaign", "direction")
ROLLED_UP = (*COLUMNS, "status")
# The parameters that daily totals can answer.
ANSWERED = {"period", "from", "to", "status", *COLUMNS}


def question(selection: CallFilter, divided_by: str = "") -> Q | None:
    """The condition on the daily totals that belong to a selection, its days aside, and tell it by one of ROLLED_UP if
    wanted; None when only the calls know."""
    if any(selection.chosen(name) for name in selection.get_filters() if name not in ANSWERED):
        return None
    is_restricted = not selection.selection.sees_all
    asked = {divided_by, "assistant" if is_restricted else "", *filter(selection.chosen, COLUMNS)}
    columns = tuple(name for name in COLUMNS if name in asked)
    if columns not in GRAINS:
        return None
    condition = Q(grain=GRAINS.index(columns))
    for name in COLUMNS:
        condition &= _is_one_of(name, selection.chosen(name)) if name in columns else Q(**{f"{name}__isnull": True})
    if is_restricted:
        condition &= Q(assistant__in=list(selection.selection.assistants))
    if statuses := selection.chosen("status"):
        condition &= Q(status__in=statuses)
    return condition


def _is_one_of(column: str, values: list[int | str]) -> Q:
    """Any value when there is none to choose."""
    if not values:
        return Q()
    if column == "direction":
        return Q(direction__in=["" if value == NONE else value for value in values])
    known = Q(**{f"{column}__in": [value for value in values if value != NONE]})
    return known | Q(**{f"{column}__isnull": True}) if NONE in values else known
