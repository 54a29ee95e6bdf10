"""What one call cost by component, and where the figures come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from calls.choices import Component
from calls.format import credit_decimals, format_credits
from calls.models import Call, CostItem
from calls.origins import cost_origin, item_origin
from calls.querysets import WrittenOnce

COMPONENTS: dict[str, str] = dict(Component.choices)


@dataclass(frozen=True, slots=True)
class CostPart:
    """One figure of the platform; `words` are its own, "" for none."""

    words: str
    amount: str
    origin: str


@dataclass(frozen=True, slots=True)
class CostRow:
    """What one component cost. `start` and `width` are its place on the bar of the whole, in per cent."""

    component: str
    label: str
    amount: str
    start: str
    width: str
    parts: list[CostPart]


@dataclass(frozen=True, slots=True)
class Cost:
    """`rest_label` and `rest` are the difference between the parts and the total, "" when there is none; `total` is
    "" for a call of which no cost is known."""

    rows: list[CostRow]
    rest_label: str
    rest: str
    total: str
    total_origin: str


ITEMS = WrittenOnce(lambda: CostItem.objects.filter(call=0).order_by("pk"))


def cost(call: Call) -> Cost:
    groups: dict[str, list[CostItem]] = defaultdict(list)
    items = ITEMS.objects(call.pk)
    for item in items:
        groups[item.component].append(item)
    sums = {component: sum((item.amount for item in group), Decimal()) for component, group in groups.items()}
    itemised = sum(sums.values(), Decimal())
    total = itemised if call.cost is None else call.cost
    rest = total - itemised if groups else Decimal()
    decimals = max(credit_decimals(amount) for amount in (total, *(item.amount for item in items)))
    return Cost(
        rows=cost_rows(call, groups, sums, total, decimals),
        rest_label="" if not rest else "Not itemised" if rest > 0 else "Itemised beyond the total",
        rest=format_credits(rest, decimals) if rest else "",
        total=format_credits(total, decimals) if groups or call.cost is not None else "",
        total_origin=cost_origin(call, "The sum of its parts"),
    )


def cost_rows(
    call: Call, groups: Mapping[str, list[CostItem]], sums: Mapping[str, Decimal], total: Decimal, decimals: int
) -> list[CostRow]:
    """The dearest component first, amounts with at least so many decimals. Those below zero, such as a discount, have
    no place on the bar."""
    rows, start = [], Decimal()
    whole = max(total, sum((amount for amount in sums.values() if amount > 0), Decimal()))
    for component in sorted(sums, key=lambda component: -sums[component]):
        width = max(sums[component], Decimal()) / whole * 100 if whole else Decimal()
        parts = [_part(call, item, decimals) for item in groups[component]]
        amount = format_credits(sums[component], decimals)
        rows.append(CostRow(component, COMPONENTS[component], amount, f"{start:.2f}", f"{width:.2f}", parts))
        start += width
    return rows


def _part(call: Call, item: CostItem, decimals: int) -> CostPart:
    return CostPart(item.label, format_credits(item.amount, decimals), item_origin(call, item))
