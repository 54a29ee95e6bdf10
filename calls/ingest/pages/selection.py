"""Which deliveries are meant by a query string. An unknown parameter or an invalid value selects nothing."""

from __future__ import annotations

import functools
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from calls.criteria import One, parse_day, words_of
from calls.days import day_end, day_start
from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.providers import PROVIDERS
from calls.paging import BadToken, Order, Page, Token, read_page

SIZE = 50
VALUES = (
    *("id", "received_at", "provider", "event", "state", "reason", "origin", "size_bytes"),
    *("call__uuid", "call__phone_number", "call__direction"),
)


class DeliveryOrder(Order):
    MODEL: ClassVar[type[Model]] = Delivery
    COLUMNS: ClassVar[dict[str, tuple[str, ...]]] = {"received_at": ("received_at", "id")}


NEWEST_FIRST = DeliveryOrder("received_at", descending=True)


def parse_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("takes the id of a call") from None


def parse_token(text: str) -> Token:
    try:
        return Token.parse(text, NEWEST_FIRST)
    except BadToken:
        raise ValueError("is not a page of this list; start again from the first page") from None


class DeliveryForm(forms.Form):
    """Its fields are the parameters of the page."""

    provider = One(words_of(PROVIDERS))
    state = One(words_of(DeliveryState.values))
    event = One(str)
    call = One(parse_uuid)
    after, before = One(parse_token), One(parse_token)

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.fields:
                self.add_error(None, f"“{name[:80]}” is not a parameter of this page.")
        return self.cleaned_data


# Python has a meaning of its own for the name of one.
DeliveryForm.base_fields |= {"from": One(parse_day), "to": One(parse_day)}


class DeliverySelection:
    """The deliveries that a query string means."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.form = DeliveryForm(data)
        self.is_valid = self.form.is_valid()
        self.values = self.form.cleaned_data

    def without_state(self) -> DeliverySelection:
        data = self.data.copy()
        data.pop("state", None)
        return DeliverySelection(data)

    @functools.cached_property
    def qs(self) -> QuerySet[Delivery]:
        if not self.is_valid:
            return Delivery.objects.none()
        return Delivery.objects.filter(*self._conditions())

    def _conditions(self) -> list[Q]:
        zone, values = ZoneInfo(settings.TIME_ZONE), self.values
        named = {name: values[name] for name in ("provider", "state", "event") if values[name]}
        conditions = [Q(**named)]
        if values["call"]:
            conditions.append(Q(call__uuid=values["call"]))
        if values["from"]:
            conditions.append(Q(received_at__gte=day_start(values["from"], zone)))
        if values["to"]:
            conditions.append(Q(received_at__lt=day_end(values["to"], zone)))
        return conditions

    def page(self) -> Page:
        values = self.values
        return read_page(
            self.qs.values(*VALUES), NEWEST_FIRST, SIZE, after=values.get("after"), before=values.get("before")
        )

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.form.fields if name not in ("after", "before"))

    def query(self, **changes: object) -> str:
        """The query string with these parameters, None for left out; it starts again from the first page."""
        kept = {name: text for name, text in self.data.items() if text and name not in ("after", "before")}
        return urlencode({name: value for name, value in (kept | changes).items() if value is not None})
