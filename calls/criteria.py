"""The parameters of a selection: the condition that each puts on calls, and its words. See calls.parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import Q, QuerySet
from django.db.models.lookups import In

from calls import clock, countries, needles, search
from calls.annotations.conditions import starred_by, tagged
from calls.choices import Direction, Status
from calls.days import day_end, day_start
from calls.parameters import (
    NONE,
    WEEKDAYS,
    Many,
    One,
    parse_country,
    parse_credits,
    parse_day,
    parse_hour,
    parse_id_or_none,
    parse_seconds,
    parse_tag,
    parse_variable,
    words_of,
)
from calls.querysets import CallQuerySet
from calls.reading import Reading, Way, any_of

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


# What a parameter means.


@dataclass(frozen=True)
class Selection:
    """What conditions and words need to know: the zone, its day of today, the names of the visible (tags by their
    keys), whether all calls are visible and whose stars are meant; and in which way the calls are read (see
    calls.search)."""

    zone: ZoneInfo
    today: date
    assistants: dict[int, str]
    campaigns: dict[int, str]
    tags: dict[str, str] = field(default_factory=dict)
    user_pk: int | None = None
    sees_all: bool = False
    reading: Way = Reading.GATHER


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


def any_or_none(column: str, ids: list[int | str], selection: Selection) -> Q:
    """NONE among the ids means calls without one."""
    known = [id for id in ids if id != NONE]
    if NONE not in ids:
        return any_of(column, known, selection.reading)
    return Q(**{f"{column}__isnull": True}) | (any_of(column, known, selection.reading) if known else Q())


def any_word(column: str, words: list[str]) -> Q:
    """NONE among the words means calls without one, which have "" there."""
    return Q(**{f"{column}__in": [*words, ""] if NONE in words else words})


def talked(word: str) -> Q:
    return Q(duration_ms__gt=0) if word == "true" else Q(duration_ms__isnull=True) | Q(duration_ms=0)


class EachVariable(Criterion):
    """All of several variables. They are rows of one table, so each is filtered for in a step of its own."""

    def narrow(self, calls: CallQuerySet, cleaned: list[tuple[str, str | None]], selection: Selection) -> CallQuerySet:
        for variable in cleaned:
            calls = super().narrow(calls, variable, selection)
        return calls


def milliseconds(seconds: Decimal) -> int:
    return int(seconds * 1000)


CRITERIA = {
    "period": Criterion(
        One(words_of(PERIODS)), within_period, lambda period, s: PERIODS[period].lower() if period != "custom" else ""
    ),
    "from": Criterion(One(parse_day), from_day, lambda day, s: f"from {day}"),
    "to": Criterion(One(parse_day), to_day, lambda day, s: f"to {day}"),
    "assistant": Criterion(
        Many(parse_id_or_none),
        lambda ids, s: any_or_none("assistant_id", ids, s),
        lambda id, s: "no assistant" if id == NONE else f"assistant {s.assistants[id]}",
    ),
    "campaign": Criterion(
        Many(parse_id_or_none),
        lambda ids, s: any_or_none("campaign_id", ids, s),
        lambda id, s: "no campaign" if id == NONE else f"campaign {s.campaigns[id]}",
    ),
    "status": Criterion(
        Many(words_of(Status.values)),
        lambda statuses, s: any_of("status", statuses, s.reading),
        lambda status, s: Status(status).label.lower(),
    ),
    "direction": Criterion(
        One(words_of((*Direction.values, NONE))),
        lambda direction, s: any_word("direction", [direction]),
        lambda direction, s: "direction not known" if direction == NONE else Direction(direction).label.lower(),
    ),
    "phone": Criterion(
        One(needles.phone_needle),
        lambda needle, s: search.numbers_containing(needle, s.reading),
        lambda needle, s: f"number with {needle}",
    ),
    "q": Criterion(
        One(needles.parse_transcript_query),
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
    # What charts and tables of analytics link to.
    "ended_reason": Criterion(
        Many(str),
        lambda reasons, s: any_word("ended_reason", reasons),
        lambda reason, s: "ended reason not known" if reason == NONE else f"ended with {reason}",
    ),
    "country": Criterion(
        Many(parse_country),
        lambda codes, s: countries.among(codes),
        lambda code, s: f"numbers of {countries.name(code)}",
    ),
    "hour": Criterion(
        Many(parse_hour),
        lambda hours, s: Q(In(clock.hour(s.zone), hours)),
        lambda hour, s: f"from {hour:02}:00 to {hour:02}:59",
    ),
    "weekday": Criterion(
        Many(words_of(WEEKDAYS)),
        lambda days, s: Q(In(clock.weekday(s.zone), [WEEKDAYS.index(day) for day in days])),
        lambda day, s: f"on {day.capitalize()}s",
    ),
    "talked": Criterion(
        One(words_of(("true", "false"))),
        lambda word, s: talked(word),
        lambda word, s: "with talk time" if word == "true" else "without talk time",
    ),
    "priced": Criterion(
        One(words_of(("true", "false"))),
        lambda word, s: Q(cost__isnull=word == "false"),
        lambda word, s: "with a known cost" if word == "true" else "without a known cost",
    ),
}
