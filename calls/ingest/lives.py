"""How long deliveries are kept: bodies hold what callers said."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from calls.ingest.models import Delivery, DeliveryState

BATCH = 1000  # rows of one short transaction


def end(now: datetime) -> None:
    """Remove the bodies of what arrived DELIVERY_LIFE_DAYS ago. The row stays, so that a repeat is known; what was
    not used goes altogether."""
    old = Delivery.objects.filter(received_at__lt=now - timedelta(days=settings.DELIVERY_LIFE_DAYS))
    unused = old.filter(state=DeliveryState.IGNORED)
    while ids := first_ids(unused):
        Delivery.objects.filter(pk__in=ids).delete()
    settled = old.exclude(state__in=(DeliveryState.WAITING, DeliveryState.IGNORED)).exclude(body=b"")
    while ids := first_ids(settled):
        Delivery.objects.filter(pk__in=ids).update(body=b"")


def first_ids(rows: QuerySet[Delivery]) -> list[int]:
    return list(rows.order_by("received_at", "id").values_list("pk", flat=True)[:BATCH])
