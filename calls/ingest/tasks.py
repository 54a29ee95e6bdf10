"""What workers do for deliveries. Beat calls `sweep` (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from calls.ingest import closing, lives, processing


@shared_task
def process_deliveries() -> None:
    """All that wait, whichever of them rang."""
    processing.process_waiting()


@shared_task
def sweep() -> None:
    """What nobody rang for, and what dead workers left."""
    processing.process_waiting()


@shared_task
def close_calls() -> None:
    closing.close_calls(timezone.now())


@shared_task
def end_lives() -> None:
    """Of bodies that are older than their life."""
    lives.end(timezone.now())
