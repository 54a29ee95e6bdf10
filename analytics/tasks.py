"""Beat calls `seal` (see CELERY_BEAT_SCHEDULE), and whoever finds many days unsealed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from analytics.sealing import seal_due

SECONDS = 20


@shared_task
def seal() -> None:
    seal_due(ZoneInfo(settings.TIME_ZONE), timezone.now(), SECONDS)
