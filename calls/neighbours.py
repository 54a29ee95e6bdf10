"""The calls before and after one call in the list that its reader came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse

from calls.filters import DEFAULT_ORDER, CallFilter, list_suffix
from calls.models import Call
from calls.paging import Order, Token, parts_from
from calls.querysets import CallQuerySet, User, WrittenOnce, sees_all_assistants

FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Neighbours:
    """The addresses of the previous and the next call, which bring the list along; "" at its ends."""

    previous: str
    next: str


def neighbours_of(call: Call, list_query: str, user: User) -> Neighbours | None:
    """In the order of the list, wherever the call would stand in it now. None for a list that is none. Takes three
    queries: the names of the selection, how many calls it has, and both neighbours; in the whole log only the last."""
    if not list_query and sees_all_assistants(user):
        return Neighbours(*(_address(uuid, "") for uuid in _in_whole_log(call)))
    selection = CallFilter.for_user(QueryDict(list_query), user) if list_query else None
    if selection and not selection.is_valid():
        return None
    if selection:
        calls, order, few = selection.qs_to_read(), selection.order, selection.is_few
    else:  # walked, however long it is
        calls, order, few = Call.objects.visible_to(user), DEFAULT_ORDER, False
    previous, following = _around(call, calls, order, few=few).get()
    suffix = list_suffix(QueryDict(list_query).urlencode())
    return Neighbours(_address(previous, suffix), _address(following, suffix))


def _around(call: Call, calls: CallQuerySet, order: Order, *, few: bool = False) -> QuerySet[Any, Any]:
    """The ids of the nearest calls before and after, None at the ends."""
    token = Token.of({column: getattr(call, column) for column in order.columns}, order, None)
    ends = [_nearest(calls, token, backwards=backwards, few=few) for backwards in (True, False)]
    return Call.objects.filter(pk=call.pk).values_list(*ends)


AROUND = WrittenOnce(lambda: _around(Call(pk=0, started_at=FIRST), Call.objects.all(), DEFAULT_ORDER))


def _in_whole_log(call: Call) -> list[UUID | None]:
    place = (call.started_at, call.pk)
    [ends] = AROUND.rows(*place, *place, call.pk)
    return list(ends)


def _nearest(calls: CallQuerySet, token: Token, *, backwards: bool, few: bool) -> Coalesce | Subquery:
    parts = parts_from(token, calls, token.order, backwards=backwards, few=few)
    nearest = [Subquery(part.values("uuid")[:1]) for part in parts]
    return Coalesce(*nearest) if len(nearest) > 1 else nearest[0]


def _address(uuid: UUID | None, suffix: str) -> str:
    return reverse("calls:detail", args=[uuid]) + suffix if uuid else ""
