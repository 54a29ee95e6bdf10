"""Calls as JSON: the columns of an export with the same names and values, and what only programs ask for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from calls.models import Call, Note
from calls.paging import Order
from calls.querysets import CallQuerySet
from exports.cells import local_time
from exports.columns import COLUMNS, FLAT, Column
from exports.table import Table, in_order
from exports.writers.plain import json_value, read, value_of


def in_list(calls: CallQuerySet, order: Order) -> list[str]:
    """A JSON object for each call, without what was said, captured and measured."""
    table = Table(in_order(calls, order), FLAT, zone())
    return [text_of(members(table, call) | links(call)) for call in read(table)]


def in_full(calls: CallQuerySet, order: Order) -> list[str]:
    table = Table(in_order(calls, order), tuple(COLUMNS.values()), zone())
    return [text_of(members(table, call) | more(call) | links(call)) for call in read(table)]


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def members(table: Table, call: Any) -> dict[str, str]:
    return {column.name: member(column, call, table.zone) for column in table.columns}


def member(column: Column, call: Any, zone: ZoneInfo) -> str:
    return json_value(column, value_of(column, call, zone))


def links(call: Call) -> dict[str, str]:
    """Ids are those that the filters take."""
    return {
        "assistant_id": json.dumps(call.assistant_id),
        "campaign_id": json.dumps(call.campaign_id),
        "url": json.dumps(settings.PUBLIC_URL + call.get_absolute_url()),
    }


def more(call: Call) -> dict[str, str]:
    notes = Note.objects.filter(call=call.pk).select_related("author").order_by("pk")
    return {"raw_status": json.dumps(call.raw_status or None), "notes": json.dumps([note_of(note) for note in notes])}


def note_of(note: Note) -> dict[str, Any]:
    author = note.author.get_username() if note.author else None
    return {"text": note.text, "author": author, "written_at": local_time(note.written_at, zone())}


def text_of(values: dict[str, str]) -> str:
    return f"{{{','.join(f'{json.dumps(name)}:{value}' for name, value in values.items())}}}"


def listed(texts: Sequence[str], **others: Any) -> str:
    """The body of a list of calls with the members beside it."""
    rest = "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in others.items())
    return f'{{"calls":[{",".join(texts)}]{rest}}}'
