"""The formats by their public names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """`family` is how the rows are laid out; csv-excel is a csv that begins with a byte order mark and whose numbers
    of phones are text for a spreadsheet too."""

    name: str
    label: str
    family: str  # csv, json, jsonl, xlsx
    content_type: str
    is_gzip: bool = False

    @property
    def is_for_spreadsheets(self) -> bool:
        return self.name.startswith("csv-excel")

    @property
    def suffix(self) -> str:
        return f".{self.family}{'.gz' if self.is_gzip else ''}"


PLAIN = (
    Format("csv", "CSV", "csv", "text/csv; charset=utf-8"),
    Format("csv-excel", "CSV for Excel", "csv", "text/csv; charset=utf-8"),
    Format("json", "JSON (one array)", "json", "application/json"),
    Format("jsonl", "JSON Lines", "jsonl", "application/x-ndjson"),
    Format(
        "xlsx", "Excel workbook (XLSX)", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
)
COMPRESSED = tuple(
    Format(f"{plain.name}.gz", f"{plain.label}, compressed", plain.family, "application/gzip", is_gzip=True)
    for plain in PLAIN
    if plain.family != "xlsx"
)
FORMATS = {format.name: format for format in (*PLAIN, *COMPRESSED)}
