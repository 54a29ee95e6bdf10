"""What people added to a call, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from calls.access import may_share
from calls.annotations.models import NOTE_LENGTH, TAG_LENGTH, CallTag, Note, Star
from calls.filters import list_suffix
from calls.format import format_moment
from calls.models import Call
from calls.querysets import User, WrittenOnce


class Added(NamedTuple):
    """A row of the one query that reads all of them."""

    kind: str
    pk: int
    text: str
    at: datetime
    user_pk: int | None
    username: str | None


@dataclass(frozen=True)
class TagShown:
    pk: int
    name: str
    title: str
    query: str


@dataclass(frozen=True)
class NoteShown:
    pk: int
    text: str
    author: str
    written: str
    is_removable: bool


@dataclass(frozen=True)
class Annotations:
    """The notes and tags of a call, the star of the one who looks, and what the forms for them need. `share_url` is
    "" for those who may not share the call; `errors` has the messages for note and tag, `typed` what they are about."""

    is_starred: bool
    tags: list[TagShown]
    notes: list[NoteShown]
    url: str
    share_url: str
    csrf_token: str
    list_query: str
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    note_length: int = NOTE_LENGTH
    tag_length: int = TAG_LENGTH


def annotations_of(call: Call, request: HttpRequest, list_query: str, **messages: Any) -> Annotations:
    """Reads them in one query. `list_query` is the query string of the list of the reader."""
    added, zone = read(call, request.user), ZoneInfo(settings.TIME_ZONE)
    share_url = reverse("shares:links", args=[call.uuid]) + list_suffix(list_query)
    return Annotations(
        is_starred=any(row.kind == "star" for row in added),
        tags=sorted((tag_shown(row, zone) for row in added if row.kind == "tag"), key=lambda tag: tag.name.casefold()),
        notes=[note_shown(row, request.user, zone) for row in added if row.kind == "note"],
        url=call.get_absolute_url(),
        share_url=share_url if may_share(request.user) else "",
        csrf_token=get_token(request),
        list_query=list_query,
        **messages,
    )


def everything_added(call: int, user: int) -> QuerySet[Any, Any]:
    text = {"output_field": TextField()}
    notes = Note.objects.filter(call=call).values_list(
        Value("note", **text), "pk", "text", "written_at", "author", "author__username"
    )
    tags = CallTag.objects.filter(call=call).values_list(
        Value("tag", **text), "tag", Cast("tag__name", **text), "added_at", "added_by", "added_by__username"
    )
    stars = Star.objects.filter(call=call, user=user).values_list(
        Value("star", **text), "pk", F("user__username"), "starred_at", "user", F("user__username")
    )
    return notes.union(tags, stars, all=True)


ADDED = WrittenOnce(lambda: everything_added(0, 0))


def read(call: Call, user: User) -> list[Added]:
    """Oldest first."""
    rows = ADDED.rows("note", call.pk, "tag", call.pk, "star", call.pk, user.pk)
    return sorted(map(Added._make, rows), key=lambda row: (row.at, row.pk))


def tag_shown(row: Added, zone: ZoneInfo) -> TagShown:
    title = f"Added by {row.username or 'a user who was removed'}, {format_moment(row.at, zone)}"
    return TagShown(row.pk, row.text, title, urlencode({"tag": row.text}))


def note_shown(row: Added, user: User, zone: ZoneInfo) -> NoteShown:
    author = row.username or "A user who was removed"
    return NoteShown(row.pk, row.text, author, format_moment(row.at, zone), may_remove(row.user_pk, user))


def may_remove(author_pk: int | None, user: User) -> bool:
    """Everybody their own notes; those of others with the permission."""
    return author_pk == user.pk or user.has_perm("calls.delete_note")
