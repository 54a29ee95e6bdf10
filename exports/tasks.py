"""What workers do for exports. Beat calls `sweep` (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from exports import jobs, schedules, storing
from exports.run import run_export


@shared_task
def run(pk: int) -> None:
    run_export(pk)


@shared_task
def sweep() -> None:
    """Ring again for what waits, take over from dead workers, delete what has expired, repeat what is due."""
    jobs.sweep()
    schedules.repeat_due(timezone.now())


@shared_task
def delete_orphans() -> None:
    """Files that no export knows: what a killed worker left, and what deleted users had."""
    storing.delete_orphans()
