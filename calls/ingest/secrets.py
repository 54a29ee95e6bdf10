"""The secrets of each platform: those of the environment and those made in the site."""

from __future__ import annotations

import time

from django.conf import settings

from calls.ingest.models import WebhookSecret

RECENT_SECONDS = 2
_made_here: dict[str, tuple[float, list[str]]] = {}  # when it was read, by the clock that only goes forward


def secrets_of(provider: str) -> list[str]:
    """All that are valid now, in no order that means anything."""
    made_here = list(WebhookSecret.objects.filter(provider=provider).values_list("value", flat=True))
    _made_here[provider] = (time.monotonic(), made_here)
    return _with_environment(provider, made_here)


def recent_secrets_of(provider: str) -> list[str]:
    """As this process read them a moment ago: for many deliveries at once, one question to the database."""
    read_at, made_here = _made_here.get(provider, (0.0, []))
    if provider not in _made_here or time.monotonic() - read_at > RECENT_SECONDS:
        return secrets_of(provider)
    return _with_environment(provider, made_here)


def _with_environment(provider: str, made_here: list[str]) -> list[str]:
    return [*settings.WEBHOOK_SECRETS.get(provider, ()), *made_here]
