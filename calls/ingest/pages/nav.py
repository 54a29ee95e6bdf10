"""What every page says about the intake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Value
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.pages.access import KEEPS_SOURCES, SEES_DELIVERIES
from calls.querysets import WrittenOnce

# Older ones have been seen; the page has them all.
NEWS = timedelta(days=7)
MOST_COUNTED = 99


def intake(request: HttpRequest) -> dict[str, Any]:
    """For templates: which pages the user may see, and how many deliveries were rejected of late. Asked only where a
    page has the navigation."""
    return {"intake": SimpleLazyObject(lambda: of(request))}


def of(request: HttpRequest) -> dict[str, Any]:
    sees_deliveries = request.user.has_perm(SEES_DELIVERIES)
    return {
        "sees_deliveries": sees_deliveries,
        "keeps_sources": request.user.has_perm(KEEPS_SOURCES),
        "rejected": rejected() if sees_deliveries else "",
    }


REJECTED_OF_LATE = WrittenOnce(
    lambda: (
        Delivery.objects.filter(state=DeliveryState.REJECTED, received_at__gte=Now() - NEWS)
        .order_by()
        .values_list(Value(1))[: MOST_COUNTED + 1]
    )
)


def rejected() -> str:
    """`3`, `99+`, "" for none."""
    number = len(REJECTED_OF_LATE.rows())
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number or "")
