"""The table of the log: its columns by django-tables2, its rows prepared once.

The cells are not rendered by django-tables2, whose template machinery takes 30 ms for a page of 50 rows; the template
writes them out from a Row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django.urls import reverse

from calls.choices import LIVE_STATUSES, Direction, Status
from calls.filters import CallFilter, list_suffix
from calls.format import UNKNOWN, format_credits_short, format_duration
from calls.paging import Order


class CallTable(tables.Table):
    """The columns of the log in their order. `order_by` names the order of the query string."""

    phone_number = tables.Column("Phone number", orderable=False)
    assistant = tables.Column("Assistant", order_by="assistant")
    campaign = tables.Column("Campaign", orderable=False)
    direction = tables.Column("Direction", orderable=False)
    status = tables.Column("Status", order_by="status")
    duration = tables.Column("Duration", order_by="duration", attrs={"th": {"class": "number"}})
    cost = tables.Column("Cost (credits)", order_by="cost", attrs={"th": {"class": "number"}})
    started_at = tables.Column("Started", order_by="started_at")


# What a row reads: the order's columns come along for the page tokens.
VALUES = (
    "id",
    "uuid",
    "phone_number",
    "assistant_name",
    "campaign_id",
    "direction",
    "status",
    "duration_ms",
    "cost",
    "started_at",
)
LABELS = dict(Status.choices) | dict(Direction.choices) | {"": UNKNOWN}
# A second click turns the order round; numbers and times begin with the largest.
BEGINS_DESCENDING = {"started_at", "duration", "cost"}


@dataclass(frozen=True)
class Header:
    """A column's head; `query` sorts by it and is empty where one cannot. `aria_sort` is "" on unsorted columns."""

    label: str
    css_class: str
    query: str
    aria_sort: str


class Row(NamedTuple):
    """A call as the list shows it, every cell a text."""

    id: int
    url: str
    phone_number: str
    assistant: str
    campaign: str
    direction_label: str
    status: str
    status_label: str
    is_live: bool
    duration: str
    cost: str
    started: str
    started_iso: str


BOUND_COLUMNS = tuple(CallTable([]).columns)


def headers(selection: CallFilter) -> list[Header]:
    return [_header(column, selection) for column in BOUND_COLUMNS]


def _header(column: Any, selection: CallFilter) -> Header:
    css_class = column.attrs["th"].get("class", "")
    if not column.orderable:
        return Header(column.header, css_class, "", "")
    name, order = column.order_by[0], selection.order
    is_sorted = order.name == name
    descending = not order.descending if is_sorted else name in BEGINS_DESCENDING
    aria_sort = ("descending" if order.descending else "ascending") if is_sorted else ""
    return Header(column.header, css_class, selection.query(sort=str(Order(name, descending))), aria_sort)


def rows(values: list[dict[str, Any]], selection: CallFilter) -> list[Row]:
    """The rows of a page; each links to its call and brings the list's query string along, for the way back."""
    base = reverse("calls:list")
    suffix = list_suffix(selection.query_here())
    zone, today = selection.selection.zone, selection.selection.today
    names = selection.selection.campaigns
    return [_row(call, f"{base}{call['uuid']}/{suffix}", names, zone, today.year) for call in values]


def _row(call: dict[str, Any], url: str, campaigns: dict[int, str], zone: ZoneInfo, this_year: int) -> Row:
    started = call["started_at"].astimezone(zone)
    return Row(
        id=call["id"],
        url=url,
        phone_number=call["phone_number"] or UNKNOWN,
        assistant=call["assistant_name"] or UNKNOWN,
        campaign=campaigns.get(call["campaign_id"], UNKNOWN),
        direction_label=LABELS[call["direction"]],
        status=call["status"],
        status_label=LABELS[call["status"]],
        is_live=call["status"] in LIVE_STATUSES,
        duration=format_duration(call["duration_ms"]),
        cost=format_credits_short(call["cost"]),
        started=_started(started, this_year),
        started_iso=started.isoformat(),
    )


def _started(started: datetime, this_year: int) -> str:
    """`24 Nov 14:03`, with the year when it is not this one."""
    return started.strftime("%-d %b %H:%M" if started.year == this_year else "%-d %b %Y %H:%M")
