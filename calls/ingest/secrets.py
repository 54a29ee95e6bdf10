"""The secrets of each platform: those of the environment and those made in the site."""

from __future__ import annotations

from django.conf import settings

from calls.ingest.models import WebhookSecret


def secrets_of(provider: str) -> list[str]:
    """All that are valid now, in no order that means anything."""
    made_here = WebhookSecret.objects.filter(provider=provider).values_list("value", flat=True)
    return [*settings.WEBHOOK_SECRETS.get(provider, ()), *made_here]
