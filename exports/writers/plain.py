"""The same files in plain Python: what the databases' own writers must write to the byte, and the rows of XLSX."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, TextField
from django.db.models.functions import Cast

from calls.models import CallTag, CapturedVariable, CostItem, ResponseTime
from exports.cells import credits_text, defused, defused_phone, json_text, local_time, quoted, seconds
from exports.columns import Column, Kind
from exports.output import Output
from exports.table import Table

CHUNK = 500  # calls


def write_csv(table: Table, output: Output, *, for_spreadsheets: bool) -> None:
    for call in read(table):
        cells = [csv_cell(column, value_of(column, call, table.zone), for_spreadsheets) for column in table.columns]
        output.write(",".join(cells).encode() + b"\r\n", 1)


def write_jsonl(table: Table, output: Output) -> None:
    for call in read(table):
        output.write(json_line(table, call).encode() + b"\n", 1)


def write_json(table: Table, output: Output) -> None:
    for call in read(table):
        output.write((",\n" if output.rows else "[\n").encode() + json_line(table, call).encode(), 1)
    output.write(b"\n]\n" if output.rows else b"[]\n")


def read(table: Table) -> Iterator[Any]:
    """The calls with what the getters of the columns need. JSON is read as text, so that it stays as it is."""
    names = {column.name.partition(".")[0] for column in table.columns}
    calls: Any = table.calls.select_related("campaign", "recording").defer("stamps", "metadata")
    if "transcript" in names:
        calls = calls.annotate(turns_text=Cast("transcript__turns", TextField()))
    if "metadata" in names:
        calls = calls.annotate(metadata_text=Cast("metadata", TextField()))
    variables = CapturedVariable.objects.annotate(text=Cast("value", TextField())).order_by("pk")
    rows = {
        "tags": Prefetch("call_tags", CallTag.objects.select_related("tag"), to_attr="tagged"),
        "variables": Prefetch("variables", variables.defer("value"), to_attr="captured"),
        "cost_items": Prefetch("cost_items", CostItem.objects.order_by("pk"), to_attr="items"),
        "response_times": Prefetch("response_times", ResponseTime.objects.order_by("pk"), to_attr="answers"),
    }
    calls = calls.prefetch_related(*(rows[name] for name in rows if name in names))
    return iter(calls.iterator(chunk_size=CHUNK))


def value_of(column: Column, call: Any, zone: ZoneInfo) -> Any:
    """The value as text or number, JSON as its text; None for none."""
    value = column.get(call)
    match column.kind:
        case Kind.UUID:
            return str(value)
        case Kind.TIME:
            return local_time(value, zone)
        case Kind.SECONDS:
            return seconds(value)
        case Kind.CREDITS:
            return credits_text(value)
        case _:
            return value


def text_of(column: Column, value: Any, *, for_spreadsheets: bool) -> str:
    """A value as a cell of text, harmless in a spreadsheet."""
    if value is None:
        return ""
    match column.kind:
        case Kind.TEXT:
            return defused(value)
        case Kind.PHONE:
            return defused(value) if for_spreadsheets else defused_phone(value)
        case Kind.VALUE:
            return defused(json.loads(value)) if value.startswith('"') else value.removeprefix("null")
        case _:
            return str(value)


def csv_cell(column: Column, value: Any, for_spreadsheets: bool) -> str:
    return quoted(text_of(column, value, for_spreadsheets=for_spreadsheets))


def json_line(table: Table, call: Any) -> str:
    members = [f'"{column.name}":{json_value(column, value_of(column, call, table.zone))}' for column in table.columns]
    return f"{{{','.join(members)}}}"


def json_value(column: Column, value: Any) -> str:
    if column.kind == Kind.JSON:
        return column.empty if value is None else value
    return json_text(value)
