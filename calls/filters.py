"""CallFilter: the one definition of which calls are meant, and the only code that reads the query string.

Each parameter is a criterion: the field that checks its values, the condition they put on the calls, and their
words. An unknown parameter or an invalid value selects nothing and is reported beside its field.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, Value
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from calls import search
from calls.choices import Direction, Status
from calls.days import day_start, today
from calls.models import Assistant, Call, Campaign
from calls.paging import COLUMNS, LAST, BadToken, Order, Token
from calls.querysets import CallQuerySet
from calls.variables import TEXT_LENGTH

if TYPE_CHECKING:
    from calls.querysets import User

PERIODS = {
    "today": "Today",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "365d": "Last 365 days",
    "all": "All time",
    "custom": "Custom range",
}
PERIOD_DAYS = {"today": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
RANGE_PARAMETERS = ("period", "from", "to")
SIZES = (25, 50, 100, 200)
DEFAULT_SIZE = 50
DEFAULT_ORDER = Order("started_at", descending=True)
NO_CAMPAIGN = "none"


# What a parameter takes: parsers raise ValueError with the words for it.


def parse_word(text: str, words: Iterable[str]) -> str:
    if text not in words:
        raise ValueError(f"takes {', '.join(words)}")
    return text


def parse_day(text: str) -> date:
    try:
        if len(text) != len("YYYY-MM-DD"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("takes a day as YYYY-MM-DD") from None


def parse_number(text: str, most: int) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= most:
        raise ValueError(f"takes a number from 0 to {most:,}")
    return number


def parse_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("takes an id")
    return int(text)


def parse_variable(text: str) -> tuple[str, str | None]:
    """`name:value` or `name`."""
    name, colon, value = text.partition(":")
    if not name:
        raise ValueError("takes name:value or name")
    return name, value[:TEXT_LENGTH] if colon else None


def parse_order(text: str) -> Order:
    if text.removeprefix("-") not in COLUMNS:
        raise ValueError(f"takes {', '.join(COLUMNS)}, with - before it for descending")
    return Order.parse(text)


class One(forms.CharField):
    """A parameter that is given once; None when it is absent."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        super().__init__(required=False, max_length=300)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.read(text) if text else None

    def read(self, text: str) -> Any:
        try:
            return self.parse(text)
        except ValueError as error:
            raise ValidationError(f"“{text[:80]}”: {error}.") from error


class Many(One):
    """A parameter that may repeat: a list without repetitions."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> Any:
        texts = [super(One, self).clean(text) for text in value or []]
        return list(dict.fromkeys(self.read(text) for text in texts if text))


def words_of(choices: Iterable[str]) -> Callable[[str], str]:
    return functools.partial(parse_word, words=tuple(choices))


# What a parameter means.


@dataclass(frozen=True)
class Selection:
    """What conditions and words need to know: the zone, its day of today, and the names of the visible; and whether
    the calls are looked at one by one (see calls.search)."""

    zone: ZoneInfo
    today: date
    assistants: dict[int, str]
    campaigns: dict[int, str]
    walk: bool = False


class Criterion(django_filters.Filter):
    """One parameter of the selection. `condition` takes the cleaned value, `words` one of its values."""

    def __init__(
        self,
        takes: One,
        condition: Callable[[Any, Selection], Q],
        words: Callable[[Any, Selection], str],
    ) -> None:
        super().__init__()
        self.takes, self.condition, self.words = takes, condition, words

    def __deepcopy__(self, memo: dict[int, Any]) -> Criterion:
        return copy.copy(self)  # a FilterSet copies its filters for every request; ours have no state to copy

    def narrow(self, calls: CallQuerySet, cleaned: Any, selection: Selection) -> CallQuerySet:
        return calls.filter(self.condition(cleaned, selection))

    def values(self, cleaned: Any) -> list[Any]:
        """The values one by one: each has words and a chip of its own."""
        if cleaned is None:
            return []
        return cleaned if isinstance(self.takes, Many) else [cleaned]


def within_period(period: str, selection: Selection) -> Q:
    if period not in PERIOD_DAYS:
        return Q()
    first = selection.today - timedelta(days=PERIOD_DAYS[period] - 1)
    return from_day(first, selection) & to_day(selection.today, selection)


def from_day(day: date, selection: Selection) -> Q:
    return Q(started_at__gte=day_start(day, selection.zone))


def to_day(day: date, selection: Selection) -> Q:
    if day == date.max:
        return Q()
    return Q(started_at__lt=day_start(day + timedelta(days=1), selection.zone))


def in_campaigns(campaigns: list[int | str], selection: Selection) -> Q:
    ids = [campaign for campaign in campaigns if campaign != NO_CAMPAIGN]
    condition = Q(campaign__in=ids) if ids else Q()
    return condition | Q(campaign__isnull=True) if NO_CAMPAIGN in campaigns else condition


class EachVariable(Criterion):
    """All of several variables. They are rows of one table, so each is filtered for in a step of its own."""

    def narrow(self, calls: CallQuerySet, cleaned: list[tuple[str, str | None]], selection: Selection) -> CallQuerySet:
        for variable in cleaned:
            calls = super().narrow(calls, variable, selection)
        return calls


def milliseconds(seconds: Decimal) -> int:
    return int(seconds * 1000)


def parse_campaign(text: str) -> int | str:
    return text if text == NO_CAMPAIGN else parse_id(text)


parse_seconds = functools.partial(parse_number, most=1_000_000)
parse_credits = functools.partial(parse_number, most=1_000_000_000)

CRITERIA = {
    "period": Criterion(
        One(words_of(PERIODS)), within_period, lambda period, s: PERIODS[period].lower() if period != "custom" else ""
    ),
    "from": Criterion(One(parse_day), from_day, lambda day, s: f"from {day}"),
    "to": Criterion(One(parse_day), to_day, lambda day, s: f"to {day}"),
    "assistant": Criterion(
        Many(parse_id), lambda ids, s: Q(assistant__in=ids), lambda id, s: f"assistant {s.assistants[id]}"
    ),
    "campaign": Criterion(
        Many(parse_campaign),
        in_campaigns,
        lambda id, s: "no campaign" if id == NO_CAMPAIGN else f"campaign {s.campaigns[id]}",
    ),
    "status": Criterion(
        Many(words_of(Status.values)),
        lambda statuses, s: Q(status__in=statuses),
        lambda status, s: Status(status).label.lower(),
    ),
    "direction": Criterion(
        One(words_of(Direction.values)),
        lambda direction, s: Q(direction=direction),
        lambda direction, s: Direction(direction).label.lower(),
    ),
    "phone": Criterion(
        One(search.phone_needle),
        lambda needle, s: search.numbers_containing(needle, walk=s.walk),
        lambda needle, s: f"number with {needle}",
    ),
    "q": Criterion(
        One(search.parse_transcript_query),
        lambda query, s: search.transcripts_matching(query, walk=s.walk),
        lambda query, s: f"transcript with {query}",
    ),
    "variable": EachVariable(
        Many(parse_variable),
        lambda variable, s: search.captured(*variable, walk=s.walk),
        lambda variable, s: f"{variable[0]} captured" if variable[1] is None else f"{variable[0]} is {variable[1]}",
    ),
    "min_duration": Criterion(
        One(parse_seconds),
        lambda seconds, s: Q(duration_ms__gte=milliseconds(seconds)),
        lambda seconds, s: f"at least {seconds} s",
    ),
    "max_duration": Criterion(
        One(parse_seconds),
        lambda seconds, s: Q(duration_ms__lte=milliseconds(seconds)),
        lambda seconds, s: f"at most {seconds} s",
    ),
    "min_cost": Criterion(
        One(parse_credits), lambda cost, s: Q(cost__gte=cost), lambda cost, s: f"at least {cost} credits"
    ),
    "max_cost": Criterion(
        One(parse_credits), lambda cost, s: Q(cost__lte=cost), lambda cost, s: f"at most {cost} credits"
    ),
    "recorded": Criterion(
        One(words_of(("true", "false"))),
        lambda word, s: Q(recorded__in=[word == "true"]),
        lambda word, s: "recorded" if word == "true" else "not recorded",
    ),
}
# How the selection is laid out in pages. Readers that have no pages pass it over.
LAYOUT = {
    "sort": One(parse_order),
    "size": One(lambda text: int(parse_word(text, [str(size) for size in SIZES]))),
    "after": One(str),
    "before": One(str),
}


class CallForm(forms.Form):
    """The parameters with their messages; checks what concerns more than one of them."""

    declared = {name: criterion.takes for name, criterion in CRITERIA.items()} | LAYOUT

    def __init__(self, data: QueryDict, selection: Selection) -> None:
        super().__init__(data)
        self.fields = self.declared
        self.selection = selection

    def clean(self) -> dict[str, Any]:
        self._check_names()
        self._check_options("assistant", self.selection.assistants)
        self._check_options("campaign", {NO_CAMPAIGN, *self.selection.campaigns})
        self._check_days()
        for name, unit in (("duration", "seconds"), ("cost", "credits")):
            least, most = self.cleaned_data.get(f"min_{name}"), self.cleaned_data.get(f"max_{name}")
            if least is not None and most is not None and least > most:
                self.add_error(f"max_{name}", f"Is less than the least {name} of {least} {unit}.")
        self._read_tokens()
        return self.cleaned_data

    def _check_names(self) -> None:
        for name in self.data:
            if name not in self.fields:
                self.add_error(None, f"“{name[:80]}” is not a parameter of the log.")
            elif not isinstance(self.fields[name], Many) and len(set(self.data.getlist(name))) > 1:
                self.add_error(name, "Is given more than once.")

    def _check_options(self, name: str, known: Iterable[Any]) -> None:
        for value in self.cleaned_data.get(name, ()):
            if value not in known:
                self.add_error(name, f"“{value}” is not the id of a known {name}.")
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


def names_visible_to(user: User) -> tuple[dict[int, str], dict[int, str]]:
    """The assistants and the campaigns that the user may know of: id -> name, ordered by name."""
    assistants = Assistant.objects.visible_to(user).values_list(Value(0), "pk", "name")
    campaigns = Campaign.objects.visible_to(user).values_list(Value(1), "pk", "name")
    names: tuple[dict[int, str], dict[int, str]] = {}, {}
    for kind, pk, name in sorted(assistants.union(campaigns, all=True), key=lambda row: row[2].casefold()):
        names[kind][pk] = name
    return names


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
        selection = Selection(zone, today(now or timezone.now(), zone), *names_visible_to(user))
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

    def qs_to_walk(self) -> CallQuerySet:
        """The same calls, for a reader that takes the first of many in their order."""
        return self._select(CRITERIA, replace(self.selection, walk=True))

    def qs_within(self, period: str) -> CallQuerySet:
        """The selection with another period instead of its range of days."""
        others = self._select((name for name in CRITERIA if name not in RANGE_PARAMETERS), self.selection)
        return others.filter(within_period(period, self.selection))

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
        return self._encode(self.data, {"after": None, "before": None} | changes)

    def query_without(self, name: str, value: Any) -> str:
        """The query string without one value of a parameter."""
        field = CRITERIA[name].takes
        data = self.data.copy()
        data.setlist(name, [text for text in data.getlist(name) if text and field.read(text) != value])
        alone = name in ("from", "to") and not data.get("to" if name == "from" else "from")
        return self._encode(data, {"after": None, "before": None} | ({"period": None} if alone else {}))

    def query_within(self, period: str) -> str:
        """The query string with another period instead of its range of days."""
        return self.query(**{"from": None, "to": None, "period": period})

    def query_of_page(self, parameter: str, token: object) -> str:
        """The query string of another page of the same list; `parameter` is after or before."""
        return self._encode(self.data, {"after": None, "before": None, parameter: str(token)})

    @staticmethod
    def _encode(data: QueryDict, changes: dict[str, str | None]) -> str:
        pairs = [(name, text) for name, texts in data.lists() if name not in changes for text in texts if text]
        return urlencode(pairs + [(name, text) for name, text in changes.items() if text is not None])
