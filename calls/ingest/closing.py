"""Calls that got no ending: a platform that does not send one, or a delivery that was lost."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from calls.choices import LIVE_STATUSES
from calls.ingest.store import close
from calls.models import Call
from calls.transactions import in_transaction

log = logging.getLogger(__name__)

BATCH = 200


def close_calls(now: datetime) -> int:
    """Close what began CLOSE_AFTER_HOURS ago and has told nothing since; how many those were. A later ending
    corrects it."""
    count, before = 0, now - timedelta(hours=settings.CLOSE_AFTER_HOURS)
    silent = Call.objects.filter(status__in=LIVE_STATUSES, started_at__lt=before, updated_at__lt=before)
    while ids := list(silent.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        count += in_transaction(lambda ids=ids: close(ids))  # type: ignore[misc]
    if count:
        log.info("%s calls without an ending were closed", count)
    return count
