"""An export as its page and its JSON show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from calls.format import format_moment, format_size, format_time
from exports.jobs import HEARTBEAT_SILENCE, RING_AGAIN
from exports.models import Every, ExportJob, ExportSchedule, State


@dataclass(frozen=True)
class Shown:
    """One export in words. `percent` is None while the number of calls is not known."""

    job: ExportJob
    state: str
    percent: int | None
    progress: str
    facts: list[str]
    problem: str
    can_download: bool

    @property
    def query(self) -> str:
        return self.job.query


def shown(job: ExportJob, user: Any, now: datetime | None = None) -> Shown:
    now = now or timezone.now()
    is_readable = job.state == State.DONE and job.may_be_read_by(user)
    return Shown(
        job,
        State(job.state).label,
        percent(job),
        progress(job),
        facts(job, now),
        problem(job, now) or ("" if is_readable or job.state != State.DONE else RIGHTS),
        is_readable,
    )


ANOTHER_WORKER = "It begins by itself when a worker runs; if you run this site, start one."
RIGHTS = (
    "Your rights have changed since: it has calls that you may no longer see. Make it again for those that you may see."
)


def percent(job: ExportJob) -> int | None:
    if job.rows_total is None:
        return None
    return 100 if not job.rows_total else min(100 * job.rows_done // job.rows_total, 100)


def progress(job: ExportJob) -> str:
    """`12,000 of 30,000 calls, 8,000 a second, 2 s left`; "" when it does not run."""
    if job.state != State.RUNNING:
        return ""
    if job.rows_total is None:
        return "Counting the calls"
    text = f"{job.rows_done:,} of {job.rows_total:,} calls"
    seconds = job.seconds_running or 0
    if not job.rows_done or seconds < 1:
        return text
    rate = job.rows_done / seconds
    return f"{text}, {rate:,.0f} a second, {duration((job.rows_total - job.rows_done) / rate)} left"


def facts(job: ExportJob, now: datetime) -> list[str]:
    zone = ZoneInfo(settings.TIME_ZONE)
    found = [job.choice.format.label, f"asked for {format_time(job.created_at, zone, now)}"]
    if job.state == State.DONE:
        found += [f"{job.rows_done:,} {'call' if job.rows_done == 1 else 'calls'}", format_size(job.size_bytes or 0)]
        found += [f"kept until {format_moment(job.expires_at, zone)}"]
    return found


def problem(job: ExportJob, now: datetime) -> str:
    """What keeps it from going on, in words; "" for nothing."""
    if job.state == State.RUNNING and job.heartbeat_at and now - job.heartbeat_at > HEARTBEAT_SILENCE:
        silence = duration((now - job.heartbeat_at).total_seconds())
        return f"Its worker has been silent for {silence}. {ANOTHER_WORKER}"
    if job.state != State.QUEUED:
        return job.reason
    if job.rung_at is None and not job.attempts:
        return "The queue does not answer. The export begins by itself when it is back."
    waited = now - job.queued_at
    if waited > RING_AGAIN and not is_any_worker_alive(now):
        return f"No worker has taken it for {duration(waited.total_seconds())}. {ANOTHER_WORKER}"
    return ""


def shown_schedule(schedule: ExportSchedule) -> dict[str, Any]:
    """A repeated export in words."""
    zone = ZoneInfo(settings.TIME_ZONE)
    skipped = ", not when there are no calls" if schedule.skip_empty else ""
    when = f"{Every(schedule.every).label}{skipped}, next {format_moment(schedule.next_at, zone)}"
    return {"schedule": schedule, "facts": [schedule.choice.format.label, when]}


def is_any_worker_alive(now: datetime) -> bool:
    """Whether a worker shows itself by an export, anybody's."""
    return ExportJob.objects.filter(state=State.RUNNING, heartbeat_at__gt=now - HEARTBEAT_SILENCE).exists()


def duration(seconds: float) -> str:
    """`8 s`, `3 min`, `2 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def as_json(job: ExportJob, user: Any) -> dict[str, Any]:
    """The state for a program, and the manifest of the file."""
    is_readable = job.state == State.DONE and job.may_be_read_by(user)
    choice = job.choice
    return {
        "id": str(job.uuid),
        "state": job.state,
        "reason": problem(job, timezone.now()),
        "query": job.query,
        "description": job.description,
        "format": job.format,
        "columns": list(choice.columns),
        "each_variable": choice.each_variable,
        "rows_done": job.rows_done,
        "rows_total": job.rows_total,
        "size_bytes": job.size_bytes,
        "sha256": job.sha256,
        "file_name": job.file_name,
        **{name: moment(getattr(job, name)) for name in ("created_at", "started_at", "finished_at", "expires_at")},
        "url": job.get_absolute_url(),
        "download_url": reverse("exports:download", args=[job.uuid]) if is_readable else None,
    }


def moment(value: datetime | None) -> str | None:
    return value.astimezone(ZoneInfo(settings.TIME_ZONE)).isoformat() if value else None
