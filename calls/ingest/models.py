"""What arrived, before it is understood."""

from __future__ import annotations

import gzip
from decimal import Decimal

from django.db import models
from django.db.models import Q, TextChoices

from calls.models import Call


class Source(models.Model):
    """A platform that calls come from, with the rate that turns its money into credits."""

    name = models.CharField(max_length=40, unique=True)
    credits_per_usd = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(100))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(credits_per_usd__gte=0), name="source_rate_not_negative")]

    def __str__(self) -> str:
        return self.name


class DeliveryState(TextChoices):
    WAITING = "waiting", "Waiting"
    PROCESSED = "processed", "Processed"
    IGNORED = "ignored", "Ignored"
    REJECTED = "rejected", "Rejected"


def delivery_state_choices() -> list[tuple[str, str]]:
    return DeliveryState.choices


class Delivery(models.Model):
    """One body as it arrived, kept so that it can be read again after a mapping was corrected.

    The same body from the same provider is one delivery: `digest` is its SHA-256.
    """

    provider = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    body = models.BinaryField(help_text="The raw body, gzipped.")
    origin = models.CharField(max_length=500, blank=True, help_text="Where it came from: a file and a position.")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=delivery_state_choices, default=DeliveryState.WAITING)
    reason = models.CharField(max_length=1000, blank=True, help_text="Why it was ignored or rejected, in words.")
    call = models.ForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="deliveries")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["provider", "digest"], name="delivery_unique")]
        indexes = [
            # What was rejected, newest first; process again all failed.
            models.Index(fields=["state", "received_at", "id"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.digest[:12]}"

    @property
    def raw(self) -> bytes:
        """The body as it arrived."""
        return gzip.decompress(self.body)
