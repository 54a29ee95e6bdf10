"""Tasks of recordings. The rows say what there is to do; these only ring."""

from __future__ import annotations

import logging
import shutil
import time

from celery import shared_task
from django.utils import timezone

from calls.recordings import fetching, retention
from calls.recordings.lease import due

log = logging.getLogger(__name__)

# Fetching has its own limit; this is for a decoder that does not come to an end.
TIME_LIMIT_SECONDS = 3600
RING_SECONDS = 30
LEFT_BEHIND_SECONDS = 2 * TIME_LIMIT_SECONDS


@shared_task(time_limit=TIME_LIMIT_SECONDS)
def fetch_recording(pk: int) -> None:
    """Look after one row, then ring for the next ones."""
    if fetching.work(pk):
        ring()


@shared_task
def clear_away() -> None:
    """Remove sound that is too old, and files that no recording knows."""
    removed, orphans = retention.remove_old(timezone.now()), retention.delete_orphans(timezone.now())
    if removed or orphans:
        log.info("removed %d old recordings and %d files without one", removed, orphans)


@shared_task
def sweep() -> None:
    """Ring for rows that wait, and for those whose worker was killed; beat sends it (see CELERY_BEAT_SCHEDULE)."""
    remove_left_behind(time.time())
    ring()


def ring() -> None:
    """A ring that is not heard in time is forgotten: the next sweep rings again."""
    for pk in due(timezone.now()):
        fetch_recording.apply_async((pk,), expires=RING_SECONDS)


def remove_left_behind(now: float) -> None:
    """What killed workers had fetched. `now` is in epoch seconds."""
    for folder in fetching.FOLDER.iterdir():
        if folder.stat().st_mtime < now - LEFT_BEHIND_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
