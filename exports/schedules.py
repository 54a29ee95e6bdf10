"""Exports that are made again every day, week or month, in the morning of the reporting zone."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from calls.filters import CallFilter
from exports.files import BadSelection, select
from exports.jobs import chosen, request_export
from exports.models import Every, ExportJob, ExportSchedule
from exports.names import in_words
from exports.table import Choice

logger = logging.getLogger(__name__)

MORNING = time(6)


def next_time(every: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The next morning after the moment: of any day, of a Monday, or of the first day of a month."""
    day = after.astimezone(zone).date()
    while True:
        morning = datetime.combine(day, MORNING, tzinfo=zone)
        is_its_day = {Every.DAY: True, Every.WEEK: day.weekday() == 0, Every.MONTH: day.day == 1}[Every(every)]
        if is_its_day and morning > after:
            return morning
        day += timedelta(days=1)


def repeat(selection: CallFilter, choice: Choice, user: Any, every: str, *, skip_empty: bool) -> ExportSchedule:
    """Keep a valid selection to be exported again; the first time is the next one due."""
    return ExportSchedule.objects.create(
        user=user,
        query=selection.query(size=None),
        description=in_words(selection),
        every=every,
        skip_empty=skip_empty,
        next_at=next_time(every, timezone.now(), selection.selection.zone),
        **chosen(choice),
    )


def repeat_due(now: datetime) -> None:
    """Whoever moves the time of a schedule on makes its export, so that two sweepers make one."""
    zone = ZoneInfo(settings.TIME_ZONE)
    for schedule in ExportSchedule.objects.filter(next_at__lte=now, user__is_active=True).select_related("user"):
        same = ExportSchedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at)
        if same.update(next_at=next_time(schedule.every, now, zone)):
            make(schedule)


def make(schedule: ExportSchedule) -> None:
    problem = ""
    try:
        selection = select(schedule.query, schedule.user)
        if not schedule.skip_empty or selection.qs.exists():
            request_export(selection, schedule.choice, schedule.user, schedule)
    except BadSelection as error:
        problem = f"The selection can no longer be read: {error}"
    ExportSchedule.objects.filter(pk=schedule.pk).update(problem=problem)


def tell(job: ExportJob) -> None:
    """Send the user of a repeated export the link to its page, where e-mail is set up."""
    if job.schedule_id is None or not settings.EMAIL_URL or not job.user.email:
        return
    text = (
        f"Your export is ready: {job.description}, {job.rows_done:,} calls.\n\n"
        f"{settings.PUBLIC_URL}{job.get_absolute_url()}\n\nThe link works for you only, after signing in."
    )
    try:
        send_mail(f"Export ready: {job.file_name}", text, None, [job.user.email])
    except OSError as error:  # the export is there all the same
        logger.warning("no e-mail about export %s: %s", job.uuid, type(error).__name__)
