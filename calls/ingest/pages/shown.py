"""A delivery in words, and its body as people read it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from calls.format import format_phone, format_size, format_time
from calls.ingest.models import DeliveryState
from calls.ingest.normalised import Json
from calls.ingest.providers import decode
from calls.ingest.values import is_secret

MASK = "•••"
# A recording in a body would be megabytes of letters.
LONGEST_TEXT, TEXT_SHOWN = 10_000, 200
LONGEST_BODY = 300_000
# A reason begins with the path of the field: `message.call.id: is missing`.
PATH = re.compile(r"([\w$-]+(?:[.\[][\w$\].\[-]*)?): (.+)", re.DOTALL)


@dataclass(frozen=True)
class DeliveryShown:
    """`path` is the field that the reason speaks of, "" for none; `call_label` names the call that it became."""

    pk: int
    received: str
    received_iso: str
    provider: str
    event: str
    state: str
    state_label: str
    path: str
    reason: str
    origin: str
    size: str
    call_uuid: UUID | None
    call_label: str


def shown(row: dict[str, Any]) -> DeliveryShown:
    """Of a row with calls.ingest.pages.selection.VALUES."""
    zone = ZoneInfo(settings.TIME_ZONE)
    path, reason = in_two(row["reason"])
    return DeliveryShown(
        pk=row["id"],
        received=format_time(row["received_at"], zone, timezone.now()),
        received_iso=row["received_at"].astimezone(zone).isoformat(),
        provider=row["provider"],
        event=row["event"],
        state=row["state"],
        state_label=DeliveryState(row["state"]).label,
        path=path,
        reason=reason,
        origin=row["origin"],
        size=format_size(row["size_bytes"]),
        call_uuid=row["call__uuid"],
        call_label=label(row["call__phone_number"], row["call__direction"]) if row["call__uuid"] else "",
    )


def in_two(reason: str) -> tuple[str, str]:
    match = PATH.fullmatch(reason)
    return (match[1], match[2]) if match else ("", reason)


def label(phone_number: str, direction: str) -> str:
    return format_phone(phone_number) if phone_number else "Web call" if direction == "web" else "Call"


def pretty_body(provider: str, raw: bytes) -> str:
    """The body, indented where it can be read, and without credentials. What is too long is cut, and says so."""
    payload = decode(provider, 1, raw).payload
    is_read = payload is not None
    text = json.dumps(masked(payload), ensure_ascii=False, indent=2) if is_read else raw.decode("utf-8", "replace")
    rest = len(text) - LONGEST_BODY
    return text if rest <= 0 else f"{text[:LONGEST_BODY]}\n… and {rest:,} characters more"


def masked(value: Json) -> Json:
    match value:
        case dict():
            return {name: MASK if part and is_secret(name, part) else masked(part) for name, part in value.items()}
        case list():
            return [MASK if is_secret("", part) else masked(part) for part in value]
        case str() if len(value) > LONGEST_TEXT:
            return f"{value[:TEXT_SHOWN]}… ({len(value):,} characters)"
    return value
