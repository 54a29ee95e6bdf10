"""What arrived on its way to a call: a delivery with what it carries, and what became of it."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.normalised import Json, Rejected
from calls.ingest.providers import decode, recognise
from calls.ingest.quick_json import canonical
from calls.ingest.records import TOO_DEEP, Record
from calls.ingest.rows import instance
from calls.ingest.store import Arrived
from calls.models import Call

REASON_LENGTH = 1000
ORIGIN_LENGTH = 500
GZIP = 16  # what zlib wants to hear beside the window
COMPRESSION = 1  # a tenth larger than at best, in a third of the time


class Outcome(StrEnum):
    """What became of one record, in the order of the summary line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    IGNORED = "ignored"
    REJECTED = "rejected"


STATES = {Outcome.IGNORED: DeliveryState.IGNORED, Outcome.REJECTED: DeliveryState.REJECTED}


def summary(counts: Counter[Outcome]) -> str:
    return " ".join(f"{outcome}={counts[outcome]}" for outcome in Outcome)


@dataclass(slots=True)
class Arrival:
    """A delivery with what it carries, and what became of it. `problem` is why it carries no payload; `arrived` is
    what it says, once it is understood; `rejection` is why it was not; `call` is what it became."""

    delivery: Delivery
    payload: dict[str, Json] | None
    problem: str = ""
    arrived: Arrived | None = None
    outcome: Outcome = Outcome.UNCHANGED
    rejection: Rejected | None = None
    call: Call | None = None

    def reject(self, rejection: Rejected) -> None:
        self.rejection = rejection
        self.settle(Outcome.REJECTED, str(rejection))

    def settle(self, outcome: Outcome, reason: str = "") -> None:
        self.outcome = outcome
        self.delivery.state = STATES.get(outcome, DeliveryState.PROCESSED)
        self.delivery.reason = printable(reason)[:REASON_LENGTH]
        self.delivery.is_again, self.delivery.owner, self.delivery.heartbeat_at = False, "", None


def printable(text: str) -> str:
    """The text without what no database keeps."""
    return text.replace("\x00", "").encode("utf-8", "backslashreplace").decode()


def arrival_of(record: Record, origin: str, provider: str, received_at: datetime) -> Arrival:
    payload, problem, content = record.payload, record.problem, record.body
    try:
        content = record.body if payload is None else canonical(payload)
    except RecursionError:
        payload, problem = None, TOO_DEEP
    found = recognise(payload) if payload is not None and not provider else None
    delivery = instance(
        Delivery,
        provider=found.NAME if found else provider,
        digest=hashlib.sha256(content).hexdigest(),
        body=compressed(record.body),
        size_bytes=len(record.body),
        origin=origin[-ORIGIN_LENGTH:],
        received_at=received_at,
    )
    return Arrival(delivery, payload, problem)


def compressed(body: bytes) -> bytes:
    """By gzip, with a window no larger than the body: to make a large one ready takes longer than to fill it."""
    window = min(max(len(body).bit_length(), 9), zlib.MAX_WBITS)
    compress = zlib.compressobj(COMPRESSION, zlib.DEFLATED, GZIP + window, memLevel=window - 7)
    return compress.compress(body) + compress.flush()


def kept(delivery: Delivery) -> Arrival:
    """A delivery of the database with what its body carries."""
    record = decode(delivery.provider, 1, delivery.raw)
    return Arrival(delivery, record.payload, delivery.reason or record.problem)
