"""What one call cost by component, and how fast the APIs answered in it."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from calls.choices import Component, ResponseKind
from calls.format import format_credits, format_milliseconds, format_offset
from calls.models import Call, CostItem

KINDS = dict(ResponseKind.choices)
COMPONENTS = dict(Component.choices)


@dataclass(frozen=True, slots=True)
class CostRow:
    """What one component cost. `percent` is its part of the largest sum shown; `parts` are the platform's words."""

    label: str
    amount: str
    percent: str
    parts: list[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """`rest_label` and `rest` are the difference between the parts and the total, "" when there is none."""

    rows: list[CostRow]
    rest_label: str
    rest: str
    total: str


def cost(call: Call) -> Cost:
    groups: dict[str, list[CostItem]] = defaultdict(list)
    for item in call.cost_items.order_by("pk"):
        groups[item.component].append(item)
    sums = {component: sum((item.amount for item in group), Decimal()) for component, group in groups.items()}
    total = sum(sums.values(), Decimal())
    whole = max(total, call.cost or Decimal())
    order = sorted(sums, key=lambda component: -sums[component])
    rest = Decimal() if call.cost is None or not groups else call.cost - total
    return Cost(
        rows=[_cost_row(component, sums[component], whole, groups[component]) for component in order],
        rest_label="" if not rest else "Not itemised" if rest > 0 else "Itemised beyond the total",
        rest=format_credits(rest) if rest else "",
        total=format_credits(total if call.cost is None else call.cost),
    )


def _cost_row(component: str, amount: Decimal, whole: Decimal, items: list[CostItem]) -> CostRow:
    percent = f"{max(amount, Decimal()) / whole * 100:.1f}" if whole else "0"
    return CostRow(COMPONENTS[component], format_credits(amount), percent, [part for part in map(_part, items) if part])


def _part(item: CostItem) -> str:
    """`gpt-4o, 0.0125 USD`: the platform's own word and figure."""
    figure = f"{item.raw_amount} {item.raw_unit}".strip()
    return ", ".join(filter(None, [item.label, figure]))


@dataclass(frozen=True, slots=True)
class KindRow:
    """The response times of one kind; the 95th percentile by nearest rank."""

    label: str
    count: int
    median: str
    percentile_95: str
    longest: str


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    kinds: list[KindRow]
    each: list[tuple[str, str, str]]


def response_times(call: Call) -> ResponseTimes:
    groups: dict[str, list[int]] = defaultdict(list)
    each = []
    # Without nulls_last the two databases differ.
    measured = call.response_times.order_by(F("at_ms").asc(nulls_last=True), "pk")
    for kind, name, at_ms, duration_ms in measured.values_list("kind", "name", "at_ms", "duration_ms"):
        groups[kind].append(duration_ms)
        at = format_offset(None if at_ms is None else at_ms / 1000)
        each.append((at, f"{KINDS[kind]} {name}".strip(), format_milliseconds(duration_ms)))
    kinds = [_kind_row(KINDS[kind], sorted(groups[kind])) for kind in KINDS if kind in groups]
    return ResponseTimes(kinds, each)


def _kind_row(label: str, durations_ms: list[int]) -> KindRow:
    percentile_95 = durations_ms[math.ceil(len(durations_ms) * 0.95) - 1]
    return KindRow(
        label,
        len(durations_ms),
        format_milliseconds(statistics.median(durations_ms)),
        format_milliseconds(percentile_95),
        format_milliseconds(durations_ms[-1]),
    )
