"""What programs sign in with."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

TOKEN_BYTES = 32
PREFIX = "callmon_"  # so that scanners of source code know one when they see it
START_LENGTH = len(PREFIX) + 4
# How exact last_used_at is: a busy program does not write with every request.
NOTED_EVERY = timedelta(minutes=1)


def hash_of(token: str) -> str:
    """A token has 256 random bits, so a plain digest of it cannot be turned round."""
    return hashlib.sha256(token.encode()).hexdigest()


def may_write_calls(user: AbstractUser) -> bool:
    """Whoever sends calls can change any of them, so that seeing some assistants is not enough."""
    return user.has_perm("calls.add_call")


class ApiToken(models.Model):
    """A program may do what its user may, within the token's scopes. The token is told once, when it is made, and kept
    as a hash only; it stops when it is revoked and when the account is switched off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    start = models.CharField(max_length=20, editable=False, help_text="Its first characters, to tell it from others.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    may_read = models.BooleanField(default=True)
    may_write = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(condition=Q(may_read=True) | Q(may_write=True), name="api_token_has_scope")
        ]

    def __str__(self) -> str:
        return f"API token {self.pk}"

    @classmethod
    def make(cls, user: AbstractUser, *, now: datetime, **fields: object) -> tuple[ApiToken, str]:
        """Stores a new token; returns it with its text, which nobody can read again."""
        text = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        token = cls.objects.create(
            user=user, start=text[:START_LENGTH], token_hash=hash_of(text), created_at=now, **fields
        )
        return token, text

    @classmethod
    def of(cls, text: str) -> ApiToken | None:
        """The token with its user, None when there is none that still works. It is found by its hash, so the time that
        takes tells nothing about a token."""
        working = cls.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
        return working.filter(token_hash=hash_of(text)).first()

    def note_use(self, now: datetime) -> None:
        if self.last_used_at is None or now - self.last_used_at >= NOTED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)

    def scopes(self) -> list[str]:
        return [name for name, is_given in (("read", self.may_read), ("write", self.may_write)) if is_given]
