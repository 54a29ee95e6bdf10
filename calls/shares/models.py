"""Links that show one call to people who have no account, and who looked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import Count, Max, Q, QuerySet

from calls.access import may_share
from calls.models import Call

TOKEN_BYTES = 32


class Part(models.TextChoices):
    PAGE = "page", "Read the page"
    RECORDING = "recording", "Played the recording"


def part_choices() -> list[tuple[str, str]]:
    return Part.choices


def hash_of(token: str) -> str:
    """A token has 256 random bits, so a plain digest of it cannot be turned round."""
    return hashlib.sha256(token.encode()).hexdigest()


class ShareLinkQuerySet(QuerySet["ShareLink"]):
    def with_views(self) -> ShareLinkQuerySet:
        """Adds page_views, plays and last_view."""
        return self.annotate(
            page_views=Count("views", filter=Q(views__part=Part.PAGE)),
            plays=Count("views", filter=Q(views__part=Part.RECORDING)),
            last_view=Max("views__at"),
        )


class ShareLink(models.Model):
    """A link to one call. Its token is told once, when the link is made, and kept as a hash only.

    A link shows no more than its maker may: it stops when the maker's account is switched off or removed, or may no
    longer see or share the call.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    shows_audio = models.BooleanField(default=True)
    shows_transcript = models.BooleanField(default=True)
    shows_variables = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True, help_text="For ourselves: the shared page does not show it.")
    password = models.CharField(max_length=128, blank=True, editable=False, help_text="A hash; empty for none.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    # Added by with_views().
    page_views: int
    plays: int
    last_view: datetime | None

    objects = ShareLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"link {self.pk} to call {self.call_id}"

    @classmethod
    def make(cls, *, lasts: timedelta, password: str, now: datetime, **fields: object) -> tuple[ShareLink, str]:
        """Stores a new link; returns it with its token, which nobody can read again."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        link = cls.objects.create(
            token_hash=hash_of(token),
            expires_at=now + lasts,
            password=make_password(password) if password else "",
            created_at=now,
            **fields,
        )
        return link, token

    @classmethod
    def opened_by(cls, token: str, now: datetime) -> ShareLink | None:
        """The link of the token with its call, None when there is none that still shows something. It is found by
        the hash, so the time that takes tells nothing about a token."""
        links = cls.objects.select_related("created_by", "call__recording", "call__transcript")
        link = links.filter(token_hash=hash_of(token), expires_at__gt=now, revoked_at=None).first()
        return link if link and link.has_maker_with_rights() else None

    def has_maker_with_rights(self) -> bool:
        maker = self.created_by
        if maker is None or not may_share(maker):
            return False
        return Call.objects.visible_to(maker).filter(pk=self.call_id).exists()

    def is_password(self, password: str) -> bool:
        return check_password(password, self.password)

    def shown(self) -> list[str]:
        """What the link shows, in words."""
        parts = {"audio": self.shows_audio, "transcript": self.shows_transcript, "variables": self.shows_variables}
        return [name for name, is_shown in parts.items() if is_shown]


class ShareView(models.Model):
    """Somebody looked through a link, or listened. The address is kept by its network only: /24 or /48."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="views", db_index=False)
    part = models.CharField(max_length=10, choices=part_choices)
    at = models.DateTimeField()
    client = models.CharField(max_length=60, help_text="Browser and system, roughly.")
    network = models.CharField(max_length=50, blank=True)

    class Meta:
        indexes = [models.Index(fields=["link", "part", "at"], name="share_view")]

    def __str__(self) -> str:
        return f"{self.part} through link {self.link_id}"
