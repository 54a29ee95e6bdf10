"""Where the figures of a call come from, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from calls.format import format_moment
from calls.models import Call, CostItem

# Platforms whose name is not their word with a capital.
NAMES = {"elevenlabs": "ElevenLabs"}
CENTS_PER_USD = 100
# A rate that was computed back from rounded credits is told when it has this many digits at least.
LEAST_DIGITS = 3


def platform(call: Call) -> str:
    return NAMES.get(call.source, call.source[:1].upper() + call.source[1:])


def told_at(stamps: Mapping[str, list[str]], field: str) -> datetime | None:
    """The moment of the delivery that set a field; None when no delivery did, and it was computed. The stamps are
    those of calls.ingest.store: a moment first, and fields that may have a rank before them, as in `5:status`."""
    for stamp, names in stamps.items():
        if any(name.partition(":")[2] == field if name[1:2] == ":" else name == field for name in names):
            return datetime.fromisoformat(stamp.partition(" ")[0])
    return None


def origin(call: Call, field: str, zone: ZoneInfo, computed: str) -> str:
    """`Told by Vapi at 20 Nov 2026, 14:04:05`, or how the figure was computed."""
    moment = told_at(call.stamps, field)
    return f"Told by {platform(call)} at {format_moment(moment, zone)}" if moment else computed


def cost_origin(call: Call, itemised: str) -> str:
    """Of the whole cost; `itemised` is what to say where no total was told."""
    source = call.metadata.get("cost_source")
    if call.cost is None:
        return itemised
    if not isinstance(source, dict):
        return f"From {platform(call)}, in credits"
    return from_platform(call, text(source, "path"), figure(text(source, "unit"), text(source, "amount"), rate(call)))


def item_origin(call: Call, item: CostItem) -> str:
    """Of one part of the cost: `From Vapi: costs[2].cost, USD 0.0067 at 100 credits`."""
    if not item.raw_amount:
        return from_platform(call, item.path, "in credits")
    known = rate(call) or computed_rate(item)
    return from_platform(call, item.path, figure(item.raw_unit, item.raw_amount, known))


def from_platform(call: Call, path: str, words: str) -> str:
    return f"From {platform(call)}: {path}, {words}" if path else f"From {platform(call)}: {words}"


def figure(unit: str, amount: str, credits_per_usd: str) -> str:
    """`USD 0.0067 at 100 credits`; amounts in credits were not converted."""
    at_rate = f" at {credits_per_usd} credits" if credits_per_usd and unit.startswith("USD") else ""
    if unit == "USD cents":
        return f"{amount} US cents{at_rate and at_rate + ' for a dollar'}"
    return f"{unit} {amount}{at_rate}".strip()


def rate(call: Call) -> str:
    """Credits for a US dollar when the cost was converted; "" where that is not kept."""
    source = call.metadata.get("cost_source")
    return text(source, "credits_per_usd") if isinstance(source, dict) else ""


def text(source: Mapping[str, Any], key: str) -> str:
    return str(source.get(key) or "")


def computed_rate(item: CostItem) -> str:
    """Credits for a US dollar by the amounts themselves; "" where they are too small to tell."""
    try:
        raw = Decimal(item.raw_amount)
    except ArithmeticError:
        return ""
    usd = raw / CENTS_PER_USD if item.raw_unit == "USD cents" else raw
    digits = len(item.amount.normalize().as_tuple().digits)
    if not usd.is_finite() or usd <= 0 or digits < LEAST_DIGITS or not item.raw_unit.startswith("USD"):
        return ""
    return f"{float(item.amount / usd):.3g}"
