"""Who works on a recording's row: taken by compare-and-set, and held as long as it is renewed."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Case, F, Value, When
from django.utils import timezone

from calls.choices import RecordingState
from calls.models import Recording

LEASE = timedelta(seconds=30)
RENEW_SECONDS = 5.0
# What there is to be done: fetch, take over a fetch that stopped, and examine a file that is there.
WORKABLE = (RecordingState.PENDING, RecordingState.FETCHING, RecordingState.READY)


class Lost(Exception):
    """Somebody else has the row now, or it was changed: what was done for it does not count."""


def due(now: datetime) -> list[int]:
    """The rows that wait to be looked after, the longest waiting first, as many as may be worked on now."""
    working = Recording.objects.filter(due_at__gt=now).exclude(owner="").count()
    rows = Recording.objects.filter(due_at__lte=now, state__in=WORKABLE).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[: max(settings.RECORDING_FETCHES - working, 0)])


def take(pk: int, now: datetime) -> Recording | None:
    """The row, ours until now + LEASE; None when there is nothing to do or somebody else was first."""
    owner = uuid.uuid4().hex
    # What is ready stays to be heard.
    state = Case(When(state=RecordingState.READY, then=F("state")), default=Value(RecordingState.FETCHING))
    rows = Recording.objects.filter(pk=pk, due_at__lte=now, state__in=WORKABLE)
    rows.update(state=state, owner=owner, due_at=now + LEASE, attempts=F("attempts") + 1)
    return Recording.objects.select_related("call").filter(pk=pk, owner=owner).first()


def renew(recording: Recording) -> None:
    """Raises Lost."""
    rows = Recording.objects.filter(pk=recording.pk, owner=recording.owner)
    if not rows.update(due_at=timezone.now() + LEASE):
        raise Lost


def release(recording: Recording, **changes: Any) -> None:
    """Write what became of it, and be done. `due_at` is when somebody should look again. Raises Lost."""
    rows = Recording.objects.filter(pk=recording.pk, owner=recording.owner)
    if not rows.update(**{"due_at": None, **changes, "owner": ""}):
        raise Lost


class Holding:
    """Renews the lease beside the work, however long a part of it takes."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._is_over = threading.Event()
        self._is_lost = False

    def check(self) -> None:
        """Raises Lost."""
        if self._is_lost:
            raise Lost

    def end(self) -> None:
        self._is_over.set()

    def run(self) -> None:
        try:
            while not self._is_over.wait(RENEW_SECONDS):
                with suppress(DatabaseError):  # there is time to try again
                    renew(self._recording)
        except Lost:
            self._is_lost = True
        finally:
            connection.close()


@contextmanager
def holding(recording: Recording) -> Iterator[Holding]:
    held = Holding(recording)
    thread = threading.Thread(target=held.run, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        held.end()
        thread.join()
