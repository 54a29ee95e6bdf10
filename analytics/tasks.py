"""What workers do for the daily totals. Beat calls `seal` (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from analytics.sealing import seal_due

SECONDS = 5


@shared_task
def seal() -> None:
    """Ring again while there is more to do, as after an import: other tasks are let in between."""
    if seal_due(ZoneInfo(settings.TIME_ZONE), timezone.now(), SECONDS):
        seal.delay()
