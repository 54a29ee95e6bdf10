"""The calls before and after one call in the list that its reader came from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse

from calls.filters import DEFAULT_ORDER, CallFilter, list_suffix
from calls.models import Call
from calls.paging import Token, parts_from
from calls.querysets import CallQuerySet, User


@dataclass(frozen=True)
class Neighbours:
    """The addresses of the previous and the next call, which bring the list along; "" at its ends."""

    previous: str
    next: str


def neighbours_of(call: Call, list_query: str, user: User) -> Neighbours | None:
    """In the order of the list, wherever the call would stand in it now. None for a list that is none. Takes three
    queries: the names of the selection, how many calls it has, and both neighbours; in the whole log only the last."""
    if list_query:
        selection = CallFilter.for_user(QueryDict(list_query), user)
        if not selection.is_valid():
            return None
        calls, order, few = selection.qs_to_read(), selection.order, selection.is_few
    else:  # walked, however long it is
        calls, order, few = Call.objects.visible_to(user), DEFAULT_ORDER, False
    token = Token.of({column: getattr(call, column) for column in order.columns}, order, None)
    ends = [_nearest(calls, token, backwards=backwards, few=few) for backwards in (True, False)]
    previous, following = Call.objects.filter(pk=call.pk).values_list(*ends).get()
    suffix = list_suffix(QueryDict(list_query).urlencode())
    return Neighbours(_address(previous, suffix), _address(following, suffix))


def _nearest(calls: CallQuerySet, token: Token, *, backwards: bool, few: bool) -> Coalesce | Subquery:
    parts = parts_from(token, calls, token.order, backwards=backwards, few=few)
    nearest = [Subquery(part.values("uuid")[:1]) for part in parts]
    return Coalesce(*nearest) if len(nearest) > 1 else nearest[0]


def _address(uuid: UUID | None, suffix: str) -> str:
    return reverse("calls:detail", args=[uuid]) + suffix if uuid else ""
