"""Famulor: as Autocalls, with the campaign beside the lead and transcripts in German.

https://github.com/bekgroup/Famulor-docs-de (de/api-reference/webhooks/post-call.mdx)
"""

from __future__ import annotations

from calls.ingest.normalised import Json, NormalisedCall
from calls.ingest.providers.autocalls import ADDRESS_SUFFICES, call_of, event, verify
from calls.ingest.reading import Fields

__all__ = ("ADDRESS_SUFFICES", "NAME", "event", "parse", "recognises", "verify")

NAME = "famulor"


def recognises(payload: dict[str, Json]) -> bool:
    return "customer_phone" in payload and "assistant_phone" in payload and "campaign" in payload


def parse(payload: dict[str, Json]) -> NormalisedCall:
    return call_of(Fields.of(payload), NAME)
