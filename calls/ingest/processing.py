"""Deliveries that wait become calls. The row is the truth: a worker takes it with a compare-and-set, and a row whose
worker was killed is taken by another. What is done twice nevertheless changes nothing, since merging is idempotent.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from calls.ingest.arrivals import kept
from calls.ingest.bell import bell
from calls.ingest.intake import process, reject
from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.replay import replay

# How many deliveries are processed together. Meanwhile nobody else writes to SQLite.
BATCHES = {"sqlite": 20, "postgresql": 200}
BATCH_BYTES = 16 * 1024 * 1024
SILENCE = timedelta(seconds=60)  # longer than a batch takes
MOST_ATTEMPTS = 3
GIVEN_UP = f"the worker ended {MOST_ATTEMPTS} times while it processed this delivery: it may lack memory"


def process_waiting() -> int:
    """Process what waits until nothing does; how many that were."""
    owner, count = uuid.uuid4().hex, 0
    while deliveries := take(owner, free()):
        count += len(deliveries)
        _process_taken(deliveries)
        write_through()
    return count


def write_through() -> None:
    """Move what SQLite has in its log to where it belongs: whoever does that waits for the disk, and that should not
    be a platform that sends."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def process_delivery(pk: int) -> Delivery:
    """Process one that waits now, in this process; one that somebody else has, or that is done, is left alone."""
    _process_taken(take(uuid.uuid4().hex, free().filter(pk=pk)))
    return Delivery.objects.get(pk=pk)


def process_again(deliveries: QuerySet[Delivery]) -> int:
    """Let these wait once more: what they said before is forgotten. How many that are; those without a body stay."""
    rows = deliveries.exclude(state=DeliveryState.WAITING).exclude(body=b"")
    count = rows.update(state=DeliveryState.WAITING, is_again=True, reason="", attempts=0, owner="", heartbeat_at=None)
    bell.ring()
    return count


def free() -> QuerySet[Delivery]:
    """What waits and has no living worker."""
    is_alone = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=timezone.now() - SILENCE)
    return Delivery.objects.filter(is_alone, state=DeliveryState.WAITING)


def take(owner: str, rows: QuerySet[Delivery]) -> list[Delivery]:
    """The oldest of them, as many as are processed together, from now on the owner's."""
    ids = list(_first_ids(rows))
    rows.filter(pk__in=ids).update(owner=owner, heartbeat_at=timezone.now(), attempts=F("attempts") + 1)
    return list(
        Delivery.objects.filter(pk__in=ids, owner=owner, state=DeliveryState.WAITING).order_by("received_at", "pk")
    )


def _first_ids(rows: QuerySet[Delivery]) -> Iterable[int]:
    """One that has ended its worker before goes alone, so that it takes no others with it."""
    total_bytes = 0
    together = BATCHES[connection.vendor]
    first = rows.order_by("received_at", "pk").values_list("pk", "size_bytes", "attempts")[:together]
    for place, (pk, size_bytes, attempts) in enumerate(first):
        total_bytes += size_bytes
        if place and (total_bytes > BATCH_BYTES or attempts):
            return
        yield pk
        if attempts:
            return


def _process_taken(deliveries: Sequence[Delivery]) -> None:
    hopeless = [one for one in deliveries if one.attempts > MOST_ATTEMPTS]
    for delivery in hopeless:
        reject(delivery, GIVEN_UP)
    others = [one for one in deliveries if one not in hopeless]
    replay([one.pk for one in others if one.is_again])
    process([kept(one) for one in others if not one.is_again])
