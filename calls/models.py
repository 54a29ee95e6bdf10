"""What the call log keeps. Everything here is written by calls.ingest.store and read by everybody."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from calls.annotations.models import CallTag as CallTag
from calls.annotations.models import Note as Note
from calls.annotations.models import Star as Star
from calls.annotations.models import Tag as Tag
from calls.choices import LIVE_STATUSES, Component, Direction, EndedBy, RecordingState, ResponseKind, Status
from calls.on_platform import Assistant as Assistant
from calls.on_platform import Campaign as Campaign
from calls.on_platform import OnPlatform as OnPlatform
from calls.querysets import CallQuerySet


def status_choices() -> list[tuple[str, str]]:
    return Status.choices


def direction_choices() -> list[tuple[str, str]]:
    return Direction.choices


def ended_by_choices() -> list[tuple[str, str]]:
    return EndedBy.choices


def component_choices() -> list[tuple[str, str]]:
    return Component.choices


def response_kind_choices() -> list[tuple[str, str]]:
    return ResponseKind.choices


def recording_state_choices() -> list[tuple[str, str]]:
    return RecordingState.choices


class Call(models.Model):
    """One attempt to speak. `source` and `external_id` name it on its platform, `uuid` in our addresses.

    Phone numbers are E.164 where they are numbers and the platform's own text otherwise; "" is not known.
    `duration_ms` is talk time (answered to ended), `cost` is in credits; None in either is not known.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)

    assistant = models.ForeignKey(
        Assistant, models.PROTECT, null=True, blank=True, related_name="calls", db_index=False
    )
    # A copy of assistant.name ("" for none), so that the log can be sorted by it through an index.
    assistant_name = models.CharField(max_length=200, blank=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="calls", db_index=False)

    direction = models.CharField(max_length=10, blank=True, choices=direction_choices)
    from_number = models.CharField(max_length=120, blank=True)
    to_number = models.CharField(max_length=120, blank=True)
    phone_number = models.GeneratedField(
        expression=Case(When(direction=Direction.OUTBOUND, then=F("to_number")), default=F("from_number")),
        output_field=models.CharField(max_length=120),
        db_persist=True,
        help_text="The other side: who called us, or whom we called.",
    )
    # Both numbers in one text, so that one trigram index finds either.
    phone_search = models.GeneratedField(
        expression=Concat(F("from_number"), Value(" "), F("to_number")),
        output_field=models.CharField(max_length=241),
        db_persist=True,
    )

    status = models.CharField(max_length=20, choices=status_choices)
    raw_status = models.CharField(max_length=100, blank=True, help_text="The platform's own word.")
    ended_reason = models.CharField(max_length=200, blank=True, help_text="The platform's own word.")
    ended_by = models.CharField(max_length=10, blank=True, choices=ended_by_choices)

    started_at = models.DateTimeField(help_text="When the call was initiated.")
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    recorded = models.BooleanField(default=False, help_text="A recording is known, whatever became of it.")

    metadata = models.JSONField(default=dict, blank=True, help_text="What the platform said beyond our fields.")
    # For each field, the moment of the delivery that set it: see calls.ingest.store.
    stamps = models.JSONField(default=dict, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="call_unique"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="call_status_known"),
        ]
        # Order is (column, …, id), read backwards for newest first. There is no index on status alone: SQLite's
        # planner would take it and sort.
        indexes = [
            # The log without a filter, and every mixture of filters that fits many calls: it answers from the index.
            models.Index(
                fields=[
                    "started_at",
                    "id",
                    "status",
                    "direction",
                    "assistant",
                    "campaign",
                    "duration_ms",
                    "cost",
                    "recorded",
                ],
                name="call_log",
            ),  # fmt: skip
            # One filter, newest first; what stands behind the id counts usual pairs without reading the calls.
            models.Index(fields=["status", "started_at", "id", "recorded"], name="call_status"),
            models.Index(fields=["assistant", "started_at", "id", "status", "duration_ms"], name="call_assistant"),
            models.Index(fields=["campaign", "started_at", "id", "status"], name="call_campaign"),
            models.Index(fields=["direction", "started_at", "id"], name="call_direction"),
            # Which campaigns concern a user who sees some assistants only.
            models.Index(fields=["campaign", "assistant"], name="call_campaign_assistant"),
            models.Index(fields=["recorded", "started_at", "id"], name="call_recorded"),
            # Sorted by column, and the ranges of duration and cost.
            models.Index(fields=["duration_ms", "started_at", "id"], name="call_duration"),
            models.Index(fields=["cost", "started_at", "id"], name="call_cost"),
            models.Index(fields=["assistant_name", "started_at", "id"], name="call_assistant_name"),
            # What changed last, which tells pages that follow calls whether anything did.
            models.Index(fields=["updated_at"], name="call_updated"),
            # The pair that belongs together: calls of one status are long or short, dear or free.
            models.Index(fields=["status", "duration_ms", "started_at", "id"], name="call_status_duration"),
            models.Index(fields=["status", "cost", "started_at", "id"], name="call_status_cost"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"

    def get_absolute_url(self) -> str:
        return reverse("calls:detail", args=[self.uuid])

    @property
    def duration_seconds(self) -> float | None:
        return None if self.duration_ms is None else self.duration_ms / 1000

    @property
    def is_live(self) -> bool:
        return self.status in LIVE_STATUSES


class Transcript(models.Model):
    """What was said in one call: a JSON array of turns in the order of speech.

    A turn has the keys of the native format: speaker, text, and where known start_seconds, end_seconds (from the
    start of the audio), name, result, is_error (tools) and interrupted. `words` is what a search looks through, as
    calls.needles.words makes it.
    """

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True)
    turns = models.JSONField(default=list)
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"transcript of {self.call_id}"


class CapturedVariable(models.Model):
    """A value that the assistant captured. `value` keeps its JSON type, `value_text` is what a filter compares."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="variables", db_index=False)
    name = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    value_text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="variable_unique")]
        # The filter variable=name:value (and name alone by its prefix).
        indexes = [models.Index(fields=["name", "value_text", "call"], name="variable_value")]

    def __str__(self) -> str:
        return self.name


class CostItem(models.Model):
    """A part of a call's cost in credits, with the platform's own figure, unit and place beside it."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="cost_items")
    component = models.CharField(max_length=10, choices=component_choices)
    label = models.CharField(max_length=100, blank=True, help_text="The platform's own word.")
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    raw_amount = models.CharField(max_length=40, blank=True)
    raw_unit = models.CharField(max_length=20, blank=True)
    path = models.CharField(max_length=200, blank=True, help_text="Where the figure stands in the payload.")

    def __str__(self) -> str:
        return f"{self.component} {self.amount}"


class ResponseTime(models.Model):
    """How long one answer took. `at_ms` counts from the start of the audio; None is not known."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="response_times")
    kind = models.CharField(max_length=10, choices=response_kind_choices)
    name = models.CharField(max_length=200, blank=True, help_text="Which tool.")
    at_ms = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.duration_ms} ms"


class Recording(models.Model):
    """The sound of one call. A call without a row was not recorded, as far as is known.

    From `due_at` on, somebody has to look after the row: fetch `url` when it is pending, examine `file` when it is
    ready already (a demo, sound that came in a payload), take over when its `owner` is silent. None is never.
    """

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True)
    state = models.CharField(max_length=12, choices=recording_state_choices, default=RecordingState.PENDING)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not ready, in words.")
    url = models.URLField(max_length=2000, blank=True, help_text="Where the platform keeps it.")
    file = models.FileField(upload_to="recordings/%Y/%m/", max_length=300, blank=True)
    playable_file = models.FileField(
        upload_to="recordings/%Y/%m/", max_length=300, blank=True, help_text="An MP3 copy, if browsers need one."
    )
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file.")
    content_type = models.CharField(max_length=100, blank=True)
    codec = models.CharField(max_length=40, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    channels = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    # For each channel, the loudest sample of each of 1,000 equal parts (fewer when it is very short), 0 to 127.
    peaks = models.JSONField(null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    owner = models.CharField(max_length=40, blank=True, editable=False, help_text="The attempt that goes on.")

    class Meta:
        indexes = [
            # What the sweeper looks for: a handful of rows among all.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="recording_due"),
        ]

    def __str__(self) -> str:
        return f"recording of {self.call_id}"
