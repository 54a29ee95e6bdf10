"""The filters of the log as OpenAPI parameters. What they take is decided by calls.criteria; a test holds that none is
missing here."""

from __future__ import annotations

from typing import Any

from calls.choices import Direction, Status
from calls.criteria import CRITERIA, PERIODS
from calls.paging import COLUMNS
from calls.parameters import NONE, SIZES, WEEKDAYS, Many

WORDS: dict[str, list[str]] = {
    "period": list(PERIODS),
    "status": Status.values,
    "direction": [*Direction.values, NONE],
    "recorded": ["true", "false"],
    "starred": ["true"],
    "hour": [str(hour) for hour in range(24)],
    "weekday": list(WEEKDAYS),
    "talked": ["true", "false"],
    "priced": ["true", "false"],
    "sort": [f"{sign}{name}" for name in COLUMNS for sign in ("", "-")],
    "size": [str(size) for size in SIZES],
}
DESCRIPTIONS = {
    "period": "Calendar days of the reporting zone, today included.",
    "from": "First day, YYYY-MM-DD, with period=custom or alone.",
    "to": "Last day, included.",
    "assistant": "Id of an assistant, or none for calls without one; may repeat.",
    "campaign": "Id of a campaign, or none for calls without one; may repeat.",
    "status": "May repeat.",
    "direction": "Who began the call; none is not known.",
    "phone": "Any spelling of a number or of a part of it, 4 digits or more; either side.",
    "q": "Words of the transcript; \"a phrase\", -without.",
    "variable": "name:value, or name for captured at all; may repeat.",
    "min_duration": "Seconds.",
    "max_duration": "Seconds.",
    "min_cost": "Credits.",
    "max_cost": "Credits.",
    "recorded": "Whether a recording is known.",
    "tag": "A tag; may repeat.",
    "starred": "Calls with the star of the token's user.",
    "ended_reason": "The platform's word, or none for calls without one; may repeat.",
    "country": "Of the number, two letters such as DE, or none; may repeat.",
    "hour": "Of the day, on the clock of the reporting zone; may repeat.",
    "weekday": "In the reporting zone; may repeat.",
    "talked": "Whether there was talk time.",
    "priced": "Whether the cost is known.",
    "sort": "The order, with - for descending. Default -started_at.",
    "size": "Calls on a page. Default 50.",
    "after": "An opaque token out of next.",
    "before": "An opaque token out of previous; last for the last page.",
}  # fmt: skip


def parameters() -> list[dict[str, Any]]:
    return [parameter(name, description) for name, description in DESCRIPTIONS.items()]


def parameter(name: str, description: str) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    if name in WORDS:
        text["enum"] = WORDS[name]
    repeats = name in CRITERIA and isinstance(CRITERIA[name].takes, Many)
    schema = {"type": "array", "items": text} if repeats else text
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
