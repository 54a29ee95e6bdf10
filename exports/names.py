"""What a file of an export is called: `calls_2026-11-01_2026-11-22_completed.csv`."""

from __future__ import annotations

from datetime import timedelta

from django.utils.text import slugify

from calls.criteria import PERIOD_DAYS
from calls.filters import CallFilter
from exports.formats import Format

# What may stand in a name. A number, or words of a transcript, may not: names are seen by many.
SAID = ("assistant", "campaign", "status", "direction", "recorded")
HIDDEN = ("phone", "q", "variable", "min_duration", "max_duration", "min_cost", "max_cost")
LONGEST = 120


def file_name(selection: CallFilter, format: Format) -> str:
    parts = ["calls", *days(selection)]
    for name in SAID:
        parts += [slugify(chip) for chip in words(selection, name)]
    if any(selection.chosen(name) for name in HIDDEN):
        parts.append("filtered")
    return "_".join(filter(None, parts))[:LONGEST].rstrip("_-") + format.suffix


def in_words(selection: CallFilter) -> str:
    """`last 7 days, completed, Europe/Berlin`; all calls are said to be all."""
    return selection.describe() if selection.chips() else f"all calls, {selection.describe()}"


def words(selection: CallFilter, name: str) -> list[str]:
    names = selection.selection
    chosen = selection.chosen(name)
    if name == "assistant":
        return [names.assistants[id] for id in chosen]
    if name == "campaign":
        return [names.campaigns.get(id, "no-campaign") for id in chosen]
    if name == "recorded":
        return ["recorded" if word == "true" else "not-recorded" for word in chosen]
    return [str(word) for word in chosen]


def days(selection: CallFilter) -> list[str]:
    """The first and the last day, as far as they are chosen."""
    for period in selection.chosen("period"):
        if period in PERIOD_DAYS:
            last = selection.selection.today
            return [f"{last - timedelta(days=PERIOD_DAYS[period] - 1)}", f"{last}"]
    first, last_day = selection.chosen("from"), selection.chosen("to")
    return [
        *(f"{day}" if last_day else f"from-{day}" for day in first),
        *(f"{day}" if first else f"to-{day}" for day in last_day),
    ]
