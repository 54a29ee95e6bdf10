"""CallFilter: the one definition of which calls are meant, and the only code that reads the query string.

An unknown parameter or an invalid value selects nothing and is reported beside its field.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.conf import settings
from django.db.models import QuerySet, Value
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from calls.annotations.models import tag_key
from calls.criteria import CRITERIA, RANGE_PARAMETERS, Criterion, Selection, within_period
from calls.days import today
from calls.models import Assistant, Call, Campaign, Tag
from calls.paging import COUNT_CAP, FEW, LAST, BadToken, Order, Token, capped_count
from calls.parameters import NONE, Many, One, parse_order, parse_size
from calls.querysets import CallQuerySet, User, WrittenOnce, sees_all_assistants
from calls.reading import Reading, Way

FIRST_PAGE: dict[str, str | None] = {"after": None, "before": None}
DEFAULT_SIZE = 50
DEFAULT_ORDER = Order("started_at", descending=True)
# How the selection is laid out in pages. Readers that have no pages pass it over.
LAYOUT = {
    "sort": One(parse_order),
    "size": One(parse_size),
    "after": One(str),
    "before": One(str),
}


class CallForm(forms.Form):
    """The parameters with their messages; checks what concerns more than one of them."""

    declared = {name: criterion.takes for name, criterion in CRITERIA.items()} | LAYOUT

    def __init__(self, data: QueryDict, selection: Selection) -> None:
        super().__init__(data)
        self.parameters = data
        self.fields: dict[str, forms.Field] = dict(self.declared)
        self.selection = selection

    def clean(self) -> dict[str, Any]:
        self._check_names()
        self._check_options("assistant", {NONE, *self.selection.assistants})
        self._check_options("campaign", {NONE, *self.selection.campaigns})
        self._check_options("tag", self.selection.tags, "a known tag")
        self._check_days()
        for name, unit in (("duration", "seconds"), ("cost", "credits")):
            least, most = self.cleaned_data.get(f"min_{name}"), self.cleaned_data.get(f"max_{name}")
            if least is not None and most is not None and least > most:
                self.add_error(f"max_{name}", f"Is less than the least {name} of {least} {unit}.")
        self._read_tokens()
        return self.cleaned_data

    def _check_names(self) -> None:
        for name in self.parameters:
            if name not in self.fields:
                self.add_error(None, f"“{name[:80]}” is not a parameter of the log.")
            elif not isinstance(self.fields[name], Many) and len(set(self.parameters.getlist(name))) > 1:
                self.add_error(name, "Is given more than once.")

    def _check_options(self, name: str, known: Iterable[Any], what: str = "") -> None:
        for value in self.cleaned_data.get(name, ()):
            if value not in known:
                self.add_error(name, f"“{value}” is not {what or f'the id of a known {name}'}.")
                return

    def _check_days(self) -> None:
        period, first, last = (self.cleaned_data.get(name) for name in RANGE_PARAMETERS)
        if (first or last) and period not in (None, "custom"):
            self.add_error("from" if first else "to", "Goes with period=custom only.")
        if period == "custom" and not (first or last or "from" in self.errors or "to" in self.errors):
            self.add_error("period", "“custom” takes a first day, a last day or both.")
        if first and last and first > last:
            self.add_error("to", "Lies before the first day.")

    def _read_tokens(self) -> None:
        values = self.cleaned_data
        order = values.get("sort") or DEFAULT_ORDER
        for name in ("after", "before"):
            text = values.get(name)
            try:
                if text and (name, text) != ("before", LAST):
                    values[name] = Token.parse(text, order)
            except BadToken:
                self.add_error(name, "Is not a page of this list: start again from the first page.")
        if values.get("after") and values.get("before"):
            self.add_error("before", "Goes without “after”.")


def names_visible_to(user: User) -> tuple[dict[int, str], dict[int, str], dict[str, str]]:
    """The assistants, the campaigns and the tags that the user may know of: id (key of a tag) -> name, ordered by
    name."""
    known = ALL_NAMES.rows() if sees_all_assistants(user) else _names_visible_to(user)
    names: tuple[dict[int, str], dict[int, str], dict[int, str]] = {}, {}, {}
    for kind, pk, name in sorted(known, key=lambda row: row[2].casefold()):
        names[kind][pk] = name
    return names[0], names[1], {tag_key(name): name for name in names[2].values()}


def _names_visible_to(user: User | None) -> QuerySet[Any, Any]:
    """Kind, id and name; of everything for None."""
    known = Assistant.objects.filter(merged_into=None), Campaign.objects.filter(merged_into=None), Tag.objects.all()
    visible = (things.visible_to(user) for things in known) if user else known
    first, *others = (things.values_list(Value(kind), "pk", "name") for kind, things in enumerate(visible))
    return first.union(*others, all=True)


ALL_NAMES = WrittenOnce(lambda: _names_visible_to(None))


@dataclass(frozen=True)
class Chip:
    """One value of the selection in words, and the query string without it."""

    words: str
    query: str


class CallFilter(django_filters.FilterSet):
    """The calls that a query string means, among those that the user may see."""

    def __init__(self, data: QueryDict, calls: CallQuerySet, selection: Selection) -> None:
        super().__init__(data, queryset=calls)
        self.selection = selection
        self._form = CallForm(data, selection)

    @classmethod
    def get_filters(cls) -> dict[str, Criterion]:
        return dict(CRITERIA)

    @classmethod
    def for_user(cls, data: QueryDict, user: User, now: datetime | None = None) -> CallFilter:
        """Reads the parameters in the reporting zone. One small query, for the names of what can be chosen."""
        zone = ZoneInfo(settings.TIME_ZONE)
        day, sees_all = today(now or timezone.now(), zone), sees_all_assistants(user)
        selection = Selection(zone, day, *names_visible_to(user), user_pk=user.pk, sees_all=sees_all)
        return cls(data, Call.objects.visible_to(user), selection)

    @classmethod
    def from_request(cls, request: HttpRequest) -> CallFilter:
        return cls.for_user(request.GET, request.user)

    @property
    def form(self) -> CallForm:
        return self._form

    @functools.cached_property
    def values(self) -> dict[str, Any]:
        """The values of the valid parameters, cleaned; None or an empty list for those that are not given."""
        self.form.is_valid()  # reads the data once
        return self.form.cleaned_data

    @functools.cached_property
    def qs(self) -> CallQuerySet:
        """The selected calls, in no order; none when a value is invalid, so that nobody shows more than was asked."""
        return self._select(CRITERIA, self.selection)

    @functools.cached_property
    def count(self) -> int:
        """How many calls are selected, up to COUNT_CAP + 1, which means "more than COUNT_CAP"."""
        rows = CRITERIA[self._alone].rows(self.values[self._alone]) if self._alone and self.is_valid() else None
        return capped_count(self.qs if rows is None else rows)

    @functools.cached_property
    def reading(self) -> Reading:
        """The way to read the first of the calls in their order, by how many there are."""
        if self.count <= FEW:
            return Reading.GATHER
        return Reading.PROBE if self._alone and self.count <= COUNT_CAP else Reading.WALK

    @property
    def is_few(self) -> bool:
        """Whether the calls are gathered, and so are to be sorted instead of walked in their order."""
        return self.reading is Reading.GATHER

    def qs_to_read(self) -> CallQuerySet:
        """The same calls, to be read in that way."""
        return self.qs if self.is_few else self.qs_read(self.reading)

    @functools.cached_property
    def _alone(self) -> str:
        """The parameter that selects the calls by itself; "" when there are others, or rights that narrow it."""
        chosen = [name for name in CRITERIA if self.chosen(name)]
        return chosen[0] if len(chosen) == 1 and not self.queryset.query.has_filters() else ""

    def qs_read(self, way: Way, *, with_days: bool = True) -> CallQuerySet:
        """The same calls, to be read in a way of one's choice; also without the range of days."""
        names = (name for name in CRITERIA if with_days or name not in RANGE_PARAMETERS)
        return self._select(names, replace(self.selection, reading=way))

    def qs_within(self, period: str) -> CallQuerySet:
        """The selection with another period instead of its range of days."""
        return self.qs_read(Reading.GATHER, with_days=False).filter(within_period(period, self.selection))

    def _select(self, names: Iterable[str], selection: Selection) -> CallQuerySet:
        if not self.is_valid():
            return self.queryset.none()
        calls = self.queryset
        for name in names:
            if self.chosen(name):
                calls = CRITERIA[name].narrow(calls, self.values[name], selection)
        return calls

    def chosen(self, name: str) -> list[Any]:
        """The values given for a parameter; empty when there is none or it is invalid."""
        return CRITERIA[name].values(self.values.get(name))

    @property
    def order(self) -> Order:
        return self.values.get("sort") or DEFAULT_ORDER

    @property
    def size(self) -> int:
        return self.values.get("size") or DEFAULT_SIZE

    @property
    def after(self) -> Token | None:
        return self.values.get("after") or None

    @property
    def before(self) -> Token | str | None:
        """A token or LAST."""
        return self.values.get("before") or None

    # In words

    def describe(self) -> str:
        """The selection with the reporting zone: `last 7 days, completed or busy, Europe/Berlin`."""
        words = (" or ".join(filter(None, self._words(name))) for name in CRITERIA)
        return ", ".join([*filter(None, words), self.selection.zone.key])

    def chips(self) -> list[Chip]:
        return [
            Chip(words, self.query_without(name, value))
            for name in CRITERIA
            for words, value in zip(self._words(name), self.chosen(name), strict=True)
            if words
        ]

    def _words(self, name: str) -> list[str]:
        return [CRITERIA[name].words(value, self.selection) for value in self.chosen(name)]

    # As query strings: every link keeps what it does not change, and starts again from the first page.

    def query(self, **changes: str | None) -> str:
        """The query string with parameters set, or left out for None."""
        return self._encode(self.data, FIRST_PAGE | changes)

    def query_without(self, name: str, value: Any) -> str:
        """The query string without one value of a parameter."""
        field = CRITERIA[name].takes
        data = self.data.copy()
        data.setlist(name, [text for text in data.getlist(name) if text and field.read(text) != value])
        alone = name in ("from", "to") and not data.get("to" if name == "from" else "from")
        return self._encode(data, FIRST_PAGE | ({"period": None} if alone else {}))

    def query_with(self, name: str, text: str) -> str:
        """The query string with one more value of a parameter that may repeat."""
        data = self.data.copy()
        data.setlist(name, list(dict.fromkeys([*data.getlist(name), text])))
        return self._encode(data, FIRST_PAGE)

    def query_within(self, period: str) -> str:
        """The query string with another period instead of its range of days."""
        return self.query(**{"from": None, "to": None, "period": period})

    def query_here(self) -> str:
        """The query string of the list as it is, on this page of it."""
        return self._encode(self.data, {})

    def query_of_page(self, parameter: str, token: object) -> str:
        """The query string of another page of the same list; `parameter` is after or before."""
        return self._encode(self.data, FIRST_PAGE | {parameter: str(token)})

    @staticmethod
    def _encode(data: QueryDict, changes: Mapping[str, str | None]) -> str:
        pairs = [(name, text) for name, texts in data.lists() if name not in changes for text in texts if text]
        return urlencode(pairs + [(name, text) for name, text in changes.items() if text is not None])


def list_suffix(query: str) -> str:
    """What the address of a call carries, so that it leads back into this list; "" for the whole log."""
    return f"?{urlencode({'list': query})}" if query else ""
