"""The vocabulary of questions about calls: chainable, every method returns a queryset."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

if TYPE_CHECKING:
    from calls.models import Assistant, Call, Campaign  # noqa: F401

User = AbstractUser | AnonymousUser


def sees_all_assistants(user: User) -> bool:
    """Whoever holds Django's `calls.view_call` permission, as the administrator does, sees every call."""
    return user.has_perm("calls.view_call")


def assistants_of(user: User) -> list[int]:
    """The ids of the assistants that name the user among their viewers; read once for each user object, as Django
    reads permissions."""
    from calls.models import Assistant

    if not user.is_authenticated:
        return []
    cache = vars(user)
    if "_assistant_pks" not in cache:
        cache["_assistant_pks"] = list(Assistant.objects.filter(viewers=user.pk).values_list("pk", flat=True))
    return cache["_assistant_pks"]


def fetched(rows: QuerySet[Any, Any], before: str = "{}", *more: Any) -> list[tuple[Any, ...]]:
    """As the database gives them: texts and whole numbers, thousands of them, which need no conversion by Django.
    `before` is a statement around that of the rows, with parameters after theirs."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(before.format(sql), [*params, *more])
        return cursor.fetchall()


class WrittenOnce:
    """A queryset that asks the same at any time, of whoever asks, but for its values. The ORM takes longer to write
    such a statement than the database to answer it, so it is written once for each process."""

    def __init__(self, queryset: Callable[[], QuerySet[Any, Any]]) -> None:
        self._queryset = queryset

    @functools.cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        return self._queryset().query.sql_with_params()

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """As the database has them. `values`, if any, take the place of all those that it was written with."""
        statement, written = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement, values or written)
            return cursor.fetchall()


class AssistantQuerySet(QuerySet["Assistant"]):
    def visible_to(self, user: User) -> AssistantQuerySet:
        """All assistants, or only those that name the user among their viewers."""
        if sees_all_assistants(user):
            return self
        return self.filter(pk__in=assistants_of(user))


class CampaignQuerySet(QuerySet["Campaign"]):
    def visible_to(self, user: User) -> CampaignQuerySet:
        """The campaigns with a call that the user may see."""
        if sees_all_assistants(user):
            return self
        from calls.models import Call

        return self.filter(Exists(Call.objects.visible_to(user).filter(campaign=OuterRef("pk"))))


class CallQuerySet(QuerySet["Call"]):
    def visible_to(self, user: User) -> CallQuerySet:
        """The calls that the user may know of. A call without an assistant needs the right to see all."""
        return self if sees_all_assistants(user) else self.filter(assistant__in=assistants_of(user))
