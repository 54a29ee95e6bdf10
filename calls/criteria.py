"""The parameters of a selection: what each one takes, the condition it puts on calls, and its words."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from calls import search
from calls.annotations.conditions import starred_by, tagged
from calls.annotations.models import tag_key
from calls.choices import Direction, Status
from calls.days import day_end, day_start
from calls.paging import COLUMNS, Order
from calls.querysets import CallQuerySet
from calls.search import Reading
from calls.variables import TEXT_LENGTH

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


def parse_tag(text: str) -> str:
    """The key of a tag, however it is spelled."""
    return tag_key(text)


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


def parse_size(text: str) -> int:
    return int(parse_word(text, [str(size) for size in SIZES]))


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
    """What conditions and words need to know: the zone, its day of today, the names of the visible (tags by their
    keys) and whose stars are meant; and in which way the calls are read (see calls.search)."""

    zone: ZoneInfo
    today: date
    assistants: dict[int, str]
    campaigns: dict[int, str]
    tags: dict[str, str] = field(default_factory=dict)
    user_pk: int | None = None
    reading: Reading = Reading.GATHER


class Criterion(django_filters.Filter):
    """One parameter of the selection. `condition` takes the cleaned value, `words` one of its values. `rows` are
    those of another table that fit the cleaned value, one for each call: they are counted without reading calls."""

    def __init__(
        self,
        takes: One,
        condition: Callable[[Any, Selection], Q],
        words: Callable[[Any, Selection], str],
        rows: Callable[[Any], QuerySet[Any] | None] = lambda cleaned: None,
    ) -> None:
        super().__init__()
        self.takes, self.condition, self.words, self.rows = takes, condition, words, rows

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
    return Q(started_at__lt=day_end(day, selection.zone))


def in_campaigns(campaigns: list[int | str], selection: Selection) -> Q:
    ids = [campaign for campaign in campaigns if campaign != NO_CAMPAIGN]
    if NO_CAMPAIGN not in campaigns:
        return search.any_of("campaign_id", ids, selection.reading)
    return Q(campaign__isnull=True) | (search.any_of("campaign_id", ids, selection.reading) if ids else Q())


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
        Many(parse_id),
        lambda ids, s: search.any_of("assistant_id", ids, s.reading),
        lambda id, s: f"assistant {s.assistants[id]}",
    ),
    "campaign": Criterion(
        Many(parse_campaign),
        in_campaigns,
        lambda id, s: "no campaign" if id == NO_CAMPAIGN else f"campaign {s.campaigns[id]}",
    ),
    "status": Criterion(
        Many(words_of(Status.values)),
        lambda statuses, s: search.any_of("status", statuses, s.reading),
        lambda status, s: Status(status).label.lower(),
    ),
    "direction": Criterion(
        One(words_of(Direction.values)),
        lambda direction, s: Q(direction=direction),
        lambda direction, s: Direction(direction).label.lower(),
    ),
    "phone": Criterion(
        One(search.phone_needle),
        lambda needle, s: search.numbers_containing(needle, s.reading),
        lambda needle, s: f"number with {needle}",
    ),
    "q": Criterion(
        One(search.parse_transcript_query),
        lambda query, s: search.transcripts_matching(query, s.reading),
        lambda query, s: f"transcript with {query}",
        search.matching_transcripts,
    ),
    "variable": EachVariable(
        Many(parse_variable),
        lambda variable, s: search.captured(variable[0], variable[1], s.reading),
        lambda variable, s: f"{variable[0]} captured" if variable[1] is None else f"{variable[0]} is {variable[1]}",
        search.captured_values,
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
    "tag": Criterion(Many(parse_tag), lambda keys, s: tagged(keys, s.reading), lambda key, s: f"tagged {s.tags[key]}"),
    "starred": Criterion(
        One(words_of(("true",))),
        lambda word, s: starred_by(s.user_pk, s.reading),
        lambda word, s: "with my star",
    ),
}
