"""One run of one export by a worker."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone

from exports import jobs, schedules, storing
from exports.files import BadSelection, Progress, TooMany, Written, select, write_file
from exports.models import ExportJob, State
from exports.output import Output
from exports.writers.xlsx import TooLong

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0


class NoLongerOurs(Exception):
    """The export was cancelled or deleted, or another worker has it."""


class Pulse(Progress):
    """Shows a heartbeat and the progress each second, from a thread of its own, and ends the export when it is no
    longer ours, even in the middle of a long statement."""

    def __init__(self, job: ExportJob) -> None:
        self._job = job
        self._total: int | None = None
        self._output: Output | None = None
        self._interrupt: Callable[[], None] = lambda: None
        self._stopping = threading.Event()
        self._is_lost = False
        self._thread = threading.Thread(target=self._beat, name=f"export-{job.pk}", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        self._thread.join()

    def began(self, total: int, output: Output, interrupt: Callable[[], None]) -> None:
        self._total, self._output, self._interrupt = total, output, interrupt
        jobs.beat(self._job, 0, total)

    def check(self) -> None:
        if self._is_lost:
            raise NoLongerOurs

    def _beat(self) -> None:
        try:
            while not self._stopping.wait(BEAT_SECONDS):
                rows = self._output.rows if self._output else 0
                try:
                    is_ours = jobs.beat(self._job, rows, self._total)
                except DatabaseError as error:  # the next beat may succeed
                    logger.warning("export %s: no heartbeat: %s", self._job.uuid, error)
                    connection.close()
                    continue
                if not is_ours:
                    self._is_lost = True
                    self._interrupt()
        finally:
            connection.close()


def run_export(pk: int) -> None:
    """Take the export and write it; nothing when it is not there to be taken."""
    job = jobs.take(pk, f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}")
    if job is None:
        return
    pulse = Pulse(job)
    try:
        with pulse:
            write(job, pulse)
    except NoLongerOurs:
        return
    except Exception as error:
        try:
            pulse.check()
        except NoLongerOurs:  # the statement was interrupted because of it
            return
        reason = reason_of(error)
        if not reason:
            logger.exception("export %s failed", job.uuid)
        jobs.finish(job, state=State.FAILED, reason=reason or UNEXPECTED.format(type(error).__name__))


def write(job: ExportJob, pulse: Pulse) -> None:
    if not job.user.is_active:
        raise BadSelection("The user who asked for it may no longer sign in.")
    selection = select(job.query, job.user, job.created_at)
    scope = jobs.scope_of(selection, job.user)
    with storing.draft_folder() as folder:
        draft = folder / f"draft{job.choice.format.suffix}"
        written = write_file(selection, job.choice, draft, pulse, settings.EXPORT_MAX_ROWS)
        pulse.check()
        name = storing.keep(draft, f"{job.uuid}-{job.owner.rpartition(':')[2]}{job.choice.format.suffix}")
    if not note(job, written, name, scope):
        default_storage.delete(name)
        return
    job.rows_done = written.rows
    schedules.tell(job)


def note(job: ExportJob, written: Written, name: str, scope: list[int] | None) -> bool:
    return jobs.finish(
        job,
        state=State.DONE,
        file=name,
        scope=scope,
        rows_done=written.rows,
        rows_total=written.rows,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        expires_at=timezone.now() + timedelta(days=settings.EXPORT_LIFE_DAYS),
    )


UNEXPECTED = "Something broke on our side ({}). Try again; if it fails again, the log of the worker says why."
DISK_FULL = "The disk is full. Free some space, or select fewer calls, then try again."


def reason_of(error: Exception) -> str:
    """Why it failed, in words, and what to do; "" when that is not known."""
    if isinstance(error, BadSelection):
        return f"The selection can no longer be read: {error}"
    if isinstance(error, TooMany | TooLong):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if isinstance(error, OSError) and error.strerror:
        return f"The file could not be written: {error.strerror}."
    if "disk is full" in str(error) or "No space left" in str(error):
        return DISK_FULL
    return ""
