"""Kept deliveries, normalised again after a mapping was corrected."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from calls.ingest.arrivals import Arrival
from calls.ingest.intake import again
from calls.ingest.models import Delivery


def replay(ids: Collection[int]) -> list[Arrival]:
    """These deliveries, together with the others of their calls: what all of them said before is forgotten."""
    if not ids:
        return []
    calls = Delivery.objects.filter(pk__in=ids, call__isnull=False).values("call")
    deliveries = Delivery.objects.filter(Q(pk__in=ids) | Q(call__in=calls)).exclude(body=b"")
    arrivals = again(deliveries.order_by("received_at", "pk"))
    return [arrival for arrival in arrivals if arrival.delivery.pk in ids]
