"""What an export of Callmon wrote, as JSON or CSV, so that a log can move from one installation to another."""

from __future__ import annotations

import csv
from dataclasses import replace

from calls.annotations.models import TAG_LENGTH
from calls.ingest.normalised import Json, NormalisedCall
from calls.ingest.providers.callmon import FIELDS, call_of, event, with_cells_read
from calls.ingest.reading import SOURCE_LENGTH, Fields, named

__all__ = ("NAME", "event", "parse", "recognises")

NAME = "export"
COLUMNS = ("id", "source", "external_id", "started_at", "status")

TAGS = f"tags of at most {TAG_LENGTH} characters"
# `id` is the other installation's own, `phone_number` is one of the two numbers, `recording` only a state.
DERIVED = ("id", "phone_number", "recording")


def recognises(payload: dict[str, Json]) -> bool:
    return all(name in payload for name in COLUMNS)


def parse(payload: dict[str, Json]) -> NormalisedCall:
    """An export names assistant and campaign, without their ids. What it has beyond our fields becomes metadata."""
    row = with_cells_read(Fields.of(payload))
    source, external_id = row.required_key("source", SOURCE_LENGTH), row.required_key("external_id")
    assistant, campaign = named(None, row.key("assistant")), named(None, row.key("campaign"))
    call = call_of(row, source, external_id, assistant, campaign)
    others = [str(name) for name in row.data if name not in (*FIELDS, *DERIVED, "external_id", "tags")]
    return replace(call, tags=_tags(row), metadata={**row.beyond(*others), **call.metadata})


def _tags(row: Fields) -> tuple[str, ...]:
    """Names with a comma between them; one that has a comma in it stands in quotes."""
    try:
        names = next(csv.reader([row.text("tags") or ""], skipinitialspace=True), [])
    except csv.Error:
        raise row.fail("tags", TAGS) from None
    if any(len(name) > TAG_LENGTH for name in names):
        raise row.fail("tags", TAGS)
    return tuple(name for name in map(str.strip, names) if name)
