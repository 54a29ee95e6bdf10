"""The vocabulary of questions about calls: chainable, every method returns a queryset."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

from calls.prepared import prepared

if TYPE_CHECKING:
    from calls.models import Assistant, Call, Campaign  # noqa: F401

User = AbstractUser | AnonymousUser
# What makes Python's values of the database's, by the place of the column: functions, and the column they are told.
Converters = dict[int, tuple[list[Callable[..., Any]], Any]]


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
    such a statement than the database to answer it, so it is written once for each process.

    `values`, if any, take the place of all those that the statement was written with, in its order."""

    def __init__(self, queryset: Callable[[], QuerySet[Any, Any]]) -> None:
        self._queryset = queryset

    @functools.cached_property
    def _written(self) -> tuple[str, tuple[Any, ...], SQLCompiler, Converters]:
        compiler = self._queryset().query.get_compiler(DEFAULT_DB_ALIAS)
        statement, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return statement, parameters, compiler, converters

    def rows(self, *values: Any) -> list[Sequence[Any]]:
        """As values_list gives them, in the order of the statement."""
        statement, written, _, converters = self._written
        with connection.cursor() as cursor:
            if values:
                cursor.execute(prepared(statement), [_parameter(value) for value in values])
            else:
                cursor.execute(statement, written)
            rows = cursor.fetchall()
        return [_converted(row, converters) for row in rows] if converters else rows

    def objects(self, *values: Any) -> list[Any]:
        """The models, with those of select_related."""
        return [self._model(row) for row in self.rows(*values)]

    @functools.cached_property
    def _model(self) -> Callable[[Sequence[Any]], Model]:
        """Makes a model of a row, as ModelIterable of Django does."""
        _, _, compiler, _ = self._written
        info, select = compiler.klass_info, compiler.select
        own = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        names = [column.target.attname for column, *_ in select[own]]
        related = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of Django 6

        def model(row: Sequence[Any]) -> Model:
            instance = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[own])
            for one in related:
                one.populate(row, instance)
            return instance

        return model


def _parameter(value: Any) -> Any:
    """As the ORM hands it to the database."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _converted(row: Sequence[Any], converters: Converters) -> list[Any]:
    values = list(row)
    for place, (convert, column) in converters.items():
        for one in convert:
            values[place] = one(values[place], column, connection)
    return values


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
