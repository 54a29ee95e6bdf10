"""Exports as rows, which are the truth: a message to a worker is only a bell (see exports.jobs)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from calls.models import Assistant
from calls.querysets import User, sees_all_assistants
from exports.columns import COLUMNS
from exports.formats import FORMATS
from exports.table import Choice


class State(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


ACTIVE = (State.QUEUED, State.RUNNING)


def state_choices() -> list[tuple[str, str]]:
    return State.choices


class Every(models.TextChoices):
    DAY = "day", "Every day"
    WEEK = "week", "Every week"
    MONTH = "month", "Every month"


def every_choices() -> list[tuple[str, str]]:
    return Every.choices


class Chosen(models.Model):
    """What a user chose beside the calls."""

    format = models.CharField(max_length=20)
    columns = models.JSONField(default=list, blank=True, help_text="Names; none for all.")
    each_variable = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def choice(self) -> Choice:
        return Choice(FORMATS[self.format], tuple(self.columns) or tuple(COLUMNS), self.each_variable)


class ExportSchedule(Chosen):
    """The same selection again and again, each time understood anew."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="export_schedules")
    query = models.TextField(blank=True)
    description = models.TextField(blank=True, help_text="The selection in words.")
    every = models.CharField(max_length=5, choices=every_choices)
    skip_empty = models.BooleanField(default=False, help_text="Make no file when no call is selected.")
    next_at = models.DateTimeField(db_index=True)
    problem = models.TextField(blank=True, help_text="Why the last time made no export, in words.")

    def __str__(self) -> str:
        return f"{self.every} {self.description}"


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    def of(self, user: User) -> ExportJobQuerySet:
        """The exports that the user asked for: nobody sees another's."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def active(self) -> ExportJobQuerySet:
        return self.filter(state__in=ACTIVE)


class ExportJob(Chosen):
    """One export. `query` is a query string of the log, understood as it was at `created_at`.

    `owner` names the run that writes it, another one for each attempt; only that run may change the row. `scope` is
    whose calls are in the file: the ids of assistants, None when the user saw all of them.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    schedule = models.ForeignKey(ExportSchedule, models.SET_NULL, null=True, blank=True, related_name="exports")
    query = models.TextField(blank=True)
    description = models.TextField(blank=True, help_text="The selection in words.")
    file_name = models.CharField(max_length=200, help_text="What a download is called.")

    state = models.CharField(max_length=10, choices=state_choices, default=State.QUEUED)
    reason = models.TextField(blank=True, help_text="Why it failed, in words, and what to do.")
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told of it.")

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    rows_done = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.CharField(max_length=200, blank=True, help_text="Its name in the storage.")
    scope = models.JSONField(null=True, blank=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], name="export_user"),
            # The sweeper looks for what waits, runs, or may expire.
            models.Index(fields=["state", "expires_at"], name="export_state"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("exports:detail", args=[self.uuid])

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def seconds_running(self) -> float | None:
        if self.started_at is None:
            return None
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()

    def may_be_read_by(self, user: User) -> bool:
        """Whether the user still may see every call in the file."""
        if self.user_id != user.pk:
            return False
        if sees_all_assistants(user):
            return True
        if self.scope is None:
            return False
        visible = set(Assistant.objects.visible_to(user).values_list("pk", flat=True))
        return visible.issuperset(self.scope)


class ExportPreference(Chosen):
    """What the user chose last, offered again."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="export_preference")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.format}"


class ExportEvent(models.Model):
    """Who asked for an export or downloaded it, and when. It outlives the export and the user."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", "Requested"
        DOWNLOADED = "downloaded", "Downloaded"

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    username = models.CharField(max_length=150)
    export = models.UUIDField()
    query = models.TextField(blank=True)
    format = models.CharField(max_length=20)
    rows = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="export_event_at")]

    def __str__(self) -> str:
        return f"{self.username} {self.kind} {self.export}"

    @classmethod
    def note(cls, kind: ExportEvent.Kind, job: ExportJob, user: User) -> None:
        cls.objects.create(
            kind=kind,
            user_id=user.pk,
            username=user.get_username(),
            export=job.uuid,
            query=job.query,
            format=job.format,
            rows=job.rows_done if job.state == State.DONE else None,
        )
