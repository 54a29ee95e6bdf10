"""What arrived, before it is understood."""

from __future__ import annotations

import gzip
from decimal import Decimal

from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone

from calls.models import Call

# What a credit of the platform costs in US cents: ElevenLabs' plans of 2026 sell 5,000 for one USD.
PLATFORM_CREDITS = {"elevenlabs": Decimal("0.02")}


class Source(models.Model):
    """A platform that calls come from, with the rates that turn its money into credits. A platform that counts in
    credits of its own has a rate for one of them; a payload that tells the price in USD wins over it."""

    name = models.CharField(max_length=40, unique=True)
    credits_per_usd = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(100))
    credits_per_platform_credit = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(1))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(credits_per_usd__gte=0, credits_per_platform_credit__gte=0), name="source_rate_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, name: str) -> Source:
        """The source of that name, made when calls come from it for the first time."""
        defaults = {"credits_per_platform_credit": cls.like(name).credits_per_platform_credit}
        return cls.objects.get_or_create(name=name, defaults=defaults)[0]

    @classmethod
    def like(cls, name: str) -> Source:
        """As it is when it is made."""
        return cls(name=name, credits_per_platform_credit=PLATFORM_CREDITS.get(name, Decimal(1)))


class WebhookSecret(models.Model):
    """What shows that a delivery comes from the platform: the key of its signature, or the last part of the address
    where it signs nothing. Several may be valid while one is exchanged. It is kept as it is, since a signature is
    made with it anew; calls.ingest.secrets adds those of the environment.
    """

    provider = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    label = models.CharField(max_length=100, blank=True, help_text="What it is used for.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "value"], name="webhook_secret_unique")]

    def __str__(self) -> str:
        return f"{self.provider} {self.label}"

    @property
    def masked(self) -> str:
        """What of it may be shown."""
        return f"…{self.value[-4:]}" if len(self.value) >= 16 else "…"


class DeliveryState(TextChoices):
    WAITING = "waiting", "Waiting"
    PROCESSED = "processed", "Processed"
    IGNORED = "ignored", "Ignored"
    REJECTED = "rejected", "Rejected"


def delivery_state_choices() -> list[tuple[str, str]]:
    return DeliveryState.choices


class Delivery(models.Model):
    """One body as it arrived, kept so that it can be read again after a mapping was corrected.

    The same body from the same provider is one delivery: `digest` is its SHA-256. A waiting one belongs to the
    worker that is its `owner` as long as `heartbeat_at` is fresh: see calls.ingest.processing.
    """

    provider = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    body = models.BinaryField(help_text="The raw body, gzipped; empty when its life is over.")
    size_bytes = models.PositiveIntegerField(default=0, help_text="Of the raw body.")
    origin = models.CharField(
        max_length=500, blank=True, help_text="Where it came from: webhook, or a file and a position."
    )
    # Platforms that do not say which assistant spoke have an address for each.
    assistant = models.CharField(max_length=200, blank=True, help_text="The assistant that the address names.")
    received_at = models.DateTimeField()
    event = models.CharField(max_length=100, blank=True, help_text="The platform's own word.")
    state = models.CharField(max_length=10, choices=delivery_state_choices, default=DeliveryState.WAITING)
    reason = models.CharField(
        max_length=1000, blank=True, help_text="Why it was ignored or rejected, in words: the path of the field first."
    )
    call = models.ForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="deliveries")

    is_again = models.BooleanField(default=False, help_text="What it said before is forgotten when it is processed.")
    owner = models.CharField(max_length=40, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["provider", "digest"], name="delivery_unique")]
        indexes = [
            # What waits, oldest first; what was rejected, newest first.
            models.Index(fields=["state", "received_at", "id"], name="delivery_state"),
            # The page, newest first, and the last delivery of each provider.
            models.Index(fields=["received_at", "id"], name="delivery_log"),
            models.Index(fields=["provider", "received_at", "id"], name="delivery_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.digest[:12]}"

    @property
    def raw(self) -> bytes:
        """The body as it arrived; b"" when its life is over."""
        return gzip.decompress(self.body) if self.body else b""
