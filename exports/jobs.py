"""What becomes of an export. Every change of its state is a compare-and-set, so that two who do the same do it once.

A worker takes the row, shows a heartbeat while it writes, and lets go of a row that is no longer its own. The sweeper
rings again for what waits unheard and gives rows whose heartbeat stopped to another worker. So nothing is lost when a
worker is killed, when the queue is emptied, or while it is away.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from calls.filters import CallFilter
from calls.querysets import User, sees_all_assistants
from exports.files import select
from exports.models import ACTIVE, ExportEvent, ExportJob, ExportPreference, ExportSchedule, State
from exports.names import file_name, in_words
from exports.table import Choice

logger = logging.getLogger(__name__)

FOLDER = "exports"
MOST_ATTEMPTS = 3
# Of a running export; its worker shows one each second.
HEARTBEAT_SILENCE = timedelta(seconds=20)
RING_AGAIN = timedelta(seconds=30)


class TooManyAtOnce(Exception):
    """The user has as many exports waiting or running as one may have; str() says so."""


def request_export(
    selection: CallFilter, choice: Choice, user: Any, schedule: ExportSchedule | None = None
) -> ExportJob:
    """Queue an export of a valid selection. Raises TooManyAtOnce, but for a schedule, which nobody waits for."""
    with transaction.atomic():
        if schedule is None:
            refuse_too_many(user)
        job = ExportJob.objects.create(
            user=user,
            schedule=schedule,
            query=selection.query(size=None),
            **chosen(choice),
            description=in_words(selection),
            file_name=file_name(selection, choice.format),
        )
        ExportEvent.note(ExportEvent.Kind.REQUESTED, job, user)
        if schedule is None:
            ExportPreference.objects.update_or_create(user=user, defaults=chosen(choice))
    ring(job)
    return job


def chosen(choice: Choice) -> dict[str, Any]:
    """The columns of exports.models.Chosen."""
    return {
        "format": choice.format.name,
        "columns": list(choice.columns),
        "each_variable": choice.each_variable,
    }


def refuse_too_many(user: Any) -> None:
    """Inside a transaction, so that two requests of one user count one after the other."""
    get_user_model().objects.select_for_update().get(pk=user.pk)
    if ExportJob.objects.of(user).active().count() >= settings.EXPORTS_PER_USER:
        raise TooManyAtOnce(
            f"You have {settings.EXPORTS_PER_USER} exports waiting or running, which is as many as one may have. "
            "Wait for one of them, or cancel it."
        )


def again(job: ExportJob, user: Any) -> ExportJob:
    """The same selection with today's data. Raises TooManyAtOnce, and BadSelection when it is not understood now."""
    return request_export(select(job.query, user), job.choice, user)


def ring(job: ExportJob) -> None:
    """Tell the workers, unless somebody else does. When the queue is away the sweeper rings later."""
    from exports.tasks import run

    if not ExportJob.objects.filter(pk=job.pk, rung_at=job.rung_at).update(rung_at=timezone.now()):
        return
    try:
        run.apply_async((job.pk,), retry=False, expires=2 * RING_AGAIN.total_seconds())
    except (OperationalError, OSError) as error:
        logger.warning("the queue is away, export %s waits: %s", job.uuid, type(error).__name__)
        ExportJob.objects.filter(pk=job.pk).update(rung_at=None)


def cancel(job: ExportJob) -> bool:
    """The worker sees it within a second. False when it had ended already."""
    now = timezone.now()
    rows = ExportJob.objects.filter(pk=job.pk, state__in=ACTIVE)
    return bool(rows.update(state=State.CANCELLED, owner="", finished_at=now))


def retry(job: ExportJob) -> bool:
    """Make the same export once more, of what is selected as it was asked for. Raises TooManyAtOnce."""
    now = timezone.now()
    ended = ExportJob.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED, State.EXPIRED])
    unknown = dict.fromkeys(("rows_total", "started_at", "finished_at", "rung_at"))
    with transaction.atomic():
        refuse_too_many(job.user)
        is_ours = ended.update(
            state=State.QUEUED, queued_at=now, attempts=0, rows_done=0, reason="", owner="", **unknown
        )
    if is_ours:
        job.rung_at = None
        ring(job)
    return bool(is_ours)


def delete(job: ExportJob) -> None:
    """The row and its file. A worker that still writes it stops and leaves no file."""
    name = job.file
    job.delete()
    if name:
        default_storage.delete(name)


def take(pk: int, owner: str) -> ExportJob | None:
    """Make a waiting export one's own; None when somebody else has it, or when it ended."""
    now = timezone.now()
    waiting = ExportJob.objects.filter(pk=pk, state=State.QUEUED)
    is_ours = waiting.update(
        state=State.RUNNING,
        owner=owner,
        heartbeat_at=now,
        started_at=now,
        finished_at=None,
        rows_done=0,
        rows_total=None,
    )
    return ExportJob.objects.select_related("user").get(pk=pk) if is_ours else None


def beat(job: ExportJob, rows_done: int, rows_total: int | None) -> bool:
    """Show that it goes on; False when the export is no longer one's own."""
    now = timezone.now()
    ours = ExportJob.objects.filter(pk=job.pk, owner=job.owner, state=State.RUNNING)
    return bool(ours.update(heartbeat_at=now, rows_done=rows_done, rows_total=rows_total))


def finish(job: ExportJob, **values: Any) -> bool:
    """End one's own export; False when it is no longer one's own."""
    now = timezone.now()
    ours = ExportJob.objects.filter(pk=job.pk, owner=job.owner, state=State.RUNNING)
    return bool(ours.update(finished_at=now, **values))


def sweep() -> None:
    """What is done from time to time, by however many workers: each step counts once."""
    now = timezone.now()
    silent = ExportJob.objects.filter(state=State.RUNNING, heartbeat_at__lt=now - HEARTBEAT_SILENCE)
    for job in silent:
        give_to_another(job)
    unheard = ExportJob.objects.filter(state=State.QUEUED).exclude(rung_at__gt=now - RING_AGAIN)
    for job in unheard:
        ring(job)
    expire(now)


def give_to_another(job: ExportJob) -> None:
    """Queue an export whose worker died; fail it when that happened too often."""
    same = ExportJob.objects.filter(
        pk=job.pk, state=State.RUNNING, owner=job.owner, heartbeat_at__lt=timezone.now() - HEARTBEAT_SILENCE
    )
    if job.attempts + 1 >= MOST_ATTEMPTS:
        same.update(
            state=State.FAILED,
            owner="",
            finished_at=timezone.now(),
            reason=f"The worker ended {MOST_ATTEMPTS} times while it wrote this export: it may lack memory. "
            "See its log, then try again.",
        )
    else:
        same.update(state=State.QUEUED, owner="", attempts=job.attempts + 1, queued_at=timezone.now(), rung_at=None)


def expire(now: Any) -> None:
    for job in ExportJob.objects.filter(state=State.DONE, expires_at__lt=now):
        ours = ExportJob.objects.filter(pk=job.pk, state=State.DONE, expires_at__lt=now)
        if ours.update(state=State.EXPIRED, file=""):
            default_storage.delete(job.file)


def scope_of(selection: CallFilter, user: User) -> list[int] | None:
    """Whose calls the selection may contain: ids of assistants, None for all calls there are."""
    chosen = selection.chosen("assistant")
    if chosen:
        return sorted(chosen)
    return None if sees_all_assistants(user) else sorted(selection.selection.assistants)
