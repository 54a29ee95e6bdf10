"""Excel workbooks, written row by row. Texts are text cells, so nothing in them is run and no number loses its plus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from exports.columns import Column, Kind
from exports.output import Output
from exports.table import Table
from exports.writers import plain

MOST_ROWS = 1_048_575  # below the head
MOST_CHARACTERS = 32_767  # of a cell
CHUNK_BYTES = 1 << 20
WIDTHS = {Kind.UUID: 38, Kind.TIME: 30, Kind.PHONE: 18, Kind.SECONDS: 10, Kind.CREDITS: 10, Kind.JSON: 40}


class TooLong(Exception):
    """A workbook takes no such text or number of rows; str() says what to do."""


def write_xlsx(table: Table, output: Output, folder: Path, description: str) -> None:
    """Through files in the folder. Raises TooLong."""
    path = folder / "workbook.xlsx"
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(folder)})
    workbook.set_properties({"title": "Calls", "comments": description})
    cost = workbook.add_format({"num_format": "0.0000"})
    sheet = workbook.add_worksheet("Calls")
    write_head(sheet, table.columns, workbook.add_format({"bold": True}))
    for number, call in enumerate(plain.read(table), start=1):
        for place, column in enumerate(table.columns):
            write_cell(sheet, number, place, column, plain.value_of(column, call, table.zone), cost)
        output.write(b"", 1)
    workbook.close()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            output.write(chunk)


def write_head(sheet: Any, columns: Sequence[Column], bold: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.kind, 16))
        sheet.write_string(0, place, column.name, bold)


def write_cell(sheet: Any, number: int, place: int, column: Column, value: Any, cost: Any) -> None:
    if number > MOST_ROWS:
        raise TooLong(f"A workbook holds {MOST_ROWS:,} calls. Choose CSV or JSON, or select fewer calls.")
    if value is None:
        return
    if column.kind == Kind.SECONDS:
        sheet.write_number(number, place, value)
    elif column.kind == Kind.CREDITS:
        sheet.write_number(number, place, float(value), cost)
    else:
        write_text(sheet, number, place, column, plain_text(column, value))


def plain_text(column: Column, value: str) -> str:
    if column.kind == Kind.VALUE:
        return str(json.loads(value)) if value.startswith('"') else value.removeprefix("null")
    return value


def write_text(sheet: Any, number: int, place: int, column: Column, text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise TooLong(
            f"A cell of a workbook holds {MOST_CHARACTERS:,} characters, and the {column.name} of call {number:,} has "
            f"{len(text):,}. Choose CSV or JSON, or leave this column out."
        )
    sheet.write_string(number, place, text)
