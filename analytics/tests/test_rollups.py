"""Totals of sealed days and of the others are what the calls add up to, whatever was written and how."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.buckets import Days
from analytics.daily import by_day
from analytics.grains import ROLLED_UP
from analytics.models import DayTotal, SealedDay
from analytics.rollups import column_totals
from analytics.sealing import calls_within, due, ids_on, seal, seal_due
from analytics.totals import Totals, grouped
from calls.filters import CallFilter
from calls.models import Call
from calls.tests.factory import make_assistant, make_call, make_campaign, make_user

ZONES = ("Europe/Berlin", "America/St_Johns")
# Around the day of 23 hours in Berlin.
BEGIN = datetime(2026, 3, 27, tzinfo=UTC)
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
QUERIES = (
    *("", "period=7d", "period=30d&status=completed&status=busy", "from=2026-03-28&to=2026-03-29", "to=2026-03-29"),
    *("assistant={a}", "assistant={a}&assistant={b}", "assistant=none", "campaign={c}", "campaign=none&campaign={d}"),
    *("direction=inbound", "direction=none", "assistant={a}&direction=outbound", "campaign={c}&direction=inbound"),
    *("assistant={a}&campaign={c}", "min_duration=1", "from=2026-03-30", "status=ringing"),
)

moments = st.integers(0, 6 * 86_400 - 1).map(lambda second: BEGIN + timedelta(seconds=second))
fields = st.fixed_dictionaries(
    {},
    optional={
        "started_at": moments,
        "assistant": st.sampled_from([0, 1, None]),
        "campaign": st.sampled_from([0, 1, None]),
        "direction": st.sampled_from(["", "inbound", "outbound"]),
        "status": st.sampled_from(["completed", "busy", "ringing"]),
        "duration_ms": st.sampled_from([None, 0, 1, 1500]),
        "cost": st.sampled_from([None, Decimal(0), Decimal("0.0001"), Decimal("12.3456")]),
    },
)
places = st.integers(0, 20)
writes = st.one_of(
    st.tuples(st.just("create"), fields.filter(lambda one: "started_at" in one)),
    st.tuples(st.just("bulk"), st.lists(fields.filter(lambda one: "started_at" in one), max_size=4)),
    st.tuples(st.just("save"), places, fields),
    st.tuples(st.just("update"), places, fields),
    st.tuples(st.just("delete"), places),
    st.tuples(st.just("delete all of"), places),
    st.tuples(st.just("seal"), st.integers(0, 6)),
    st.tuples(st.just("seal all")),
)


class World:
    """A log in one zone, and those who look at it."""

    def __init__(self, zone):
        self.zone = ZoneInfo(zone)
        self.assistants = [make_assistant("A"), make_assistant("B")]
        self.campaigns = [make_campaign("C"), make_campaign("D")]
        self.users = [make_user(sees_all=True), make_user()]
        self.assistants[0].viewers.add(self.users[1])
        names = {"a": self.assistants[0].pk, "b": self.assistants[1].pk}
        names |= {"c": self.campaigns[0].pk, "d": self.campaigns[1].pk}
        self.queries = [query.format(**names) for query in QUERIES]

    def values(self, chosen):
        named = {"assistant": self.assistants, "campaign": self.campaigns}
        return {
            name: named[name][value] if name in named and value is not None else value for name, value in chosen.items()
        }

    def write(self, kind, *arguments):
        getattr(self, "_" + kind.replace(" ", "_"))(*arguments)

    def _create(self, chosen):
        make_call(**self.values(chosen))

    def _bulk(self, many):
        start = Call.objects.count()
        for index, chosen in enumerate(many):
            values = {"source": "x", "external_id": f"{start}-{index}-{id(many)}", "status": "completed"}
            Call.objects.bulk_create([Call(**values | self.values(chosen))])

    def _save(self, place, chosen):
        if call := self._at(place):
            for name, value in self.values(chosen).items():
                setattr(call, name, value)
            call.save()

    def _update(self, place, chosen):
        if (call := self._at(place)) and chosen:
            Call.objects.filter(status=call.status).update(**self.values(chosen))

    def _delete(self, place):
        if call := self._at(place):
            call.delete()

    def _delete_all_of(self, place):
        if call := self._at(place):
            Call.objects.filter(direction=call.direction).delete()

    def _seal(self, place):
        assert seal((BEGIN + timedelta(days=place)).date(), self.zone)

    def _seal_all(self):
        seal_due(self.zone, NOW, 60)

    @staticmethod
    def _at(place):
        calls = list(Call.objects.order_by("pk"))
        return calls[place % len(calls)] if calls else None

    def check(self):
        for user in self.users:
            for query in self.queries:
                selection = CallFilter.for_user(QueryDict(query), user, NOW)
                assert by_day(selection) == self.expected(selection), query
                self.check_columns(selection)

        self.check_ids()

    def check_ids(self):
        days = Days(BEGIN.date(), BEGIN.date() + timedelta(days=3))
        first, last = ids_on(days, self.zone)
        assert all(first <= call.pk <= last for call in calls_within(days, self.zone))

    @staticmethod
    def check_columns(selection):
        for column in ROLLED_UP:
            found = column_totals(selection, column)
            assert found is None or found == grouped(selection.qs, key=F(column)), column

    def expected(self, selection):
        by_date = {}
        for call in selection.qs:
            by_date.setdefault(call.started_at.astimezone(self.zone).date(), []).append(call)
        return {day: added_up(calls) for day, calls in by_date.items()}


def added_up(calls):
    costs = [int(call.cost * 10_000) for call in calls if call.cost is not None]
    talk = [call.duration_ms for call in calls if call.duration_ms]
    return Totals(dict(Counter(call.status for call in calls)), len(talk), sum(talk), len(costs), sum(costs))


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(writes, min_size=1, max_size=12))
def test_rolled_up_totals_are_those_of_the_calls_after_any_writes(settings, zone, steps):
    settings.TIME_ZONE = zone
    with transaction.atomic():
        world = World(zone)
        for step in steps:
            world.write(*step)
        world.check()
        world.write("seal all")
        world.check()
        transaction.set_rollback(True)


@pytest.fixture
def world(db, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    return World("Europe/Berlin")


def sealed_days():
    return SealedDay.objects.count()


def test_seals_tell_the_first_and_the_last_id_of_the_calls_on_their_days(world):
    calls = [make_call(started_at=BEGIN + timedelta(hours=hours)) for hours in (30, 6, 29, 72)]
    world.write("seal all")
    days = Days(BEGIN.date(), BEGIN.date() + timedelta(days=2))
    with CaptureQueriesContext(connection) as asked:
        assert ids_on(days, world.zone) == (calls[0].pk, calls[2].pk)
    assert len(asked) == 1


def test_the_ids_on_days_without_calls_are_none(world):
    assert ids_on(Days(BEGIN.date(), BEGIN.date()), world.zone) == (0, 0)


def test_a_sealed_day_is_not_counted_again(world):
    for hours in range(0, 100, 7):
        make_call(started_at=BEGIN + timedelta(hours=hours))
    world.write("seal all")
    assert sealed_days() == 5
    DayTotal.objects.update(calls=7)
    totals = by_day(CallFilter.for_user(QueryDict("to=2026-03-29"), world.users[0], NOW))
    assert [one.calls for one in totals.values()] == [7, 7, 7]


WRITES = {
    "a new call": lambda call: make_call(started_at=call.started_at),
    "another status": lambda call: Call.objects.update(status="busy"),
    "another cost": lambda call: Call.objects.update(cost=None),
    "another duration": lambda call: Call.objects.update(duration_ms=1),
    "another assistant": lambda call: Call.objects.update(assistant=make_assistant()),
    "another campaign": lambda call: Call.objects.update(campaign=make_campaign()),
    "another direction": lambda call: Call.objects.update(direction="web"),
    "moved away": lambda call: Call.objects.update(started_at=NOW),
    "deleted": lambda call: Call.objects.all().delete(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_unseals_its_day(world, write):
    call = make_call(started_at=BEGIN)
    make_call(started_at=BEGIN + timedelta(days=2), source="other")
    world.write("seal all")
    assert sealed_days() == 3
    write(call)
    assert {row.number for row in SealedDay.objects.all()}.isdisjoint({BEGIN.date().toordinal() - 1})


def test_a_write_leaves_other_days_sealed(world):
    make_call(started_at=BEGIN)
    make_call(started_at=BEGIN + timedelta(days=2))
    world.write("seal all")
    make_call(started_at=BEGIN + timedelta(days=1))
    assert sealed_days() == 2


def test_a_write_that_changes_nothing_counted_leaves_its_day_sealed(world):
    make_call(started_at=BEGIN)
    world.write("seal all")
    Call.objects.update(metadata={"queue": "east"}, ended_reason="hung up")
    assert sealed_days() == 1


def test_a_seal_of_another_zone_is_none(world, settings):
    make_call(started_at=BEGIN)
    world.write("seal all")
    assert list(due(ZoneInfo("Europe/Berlin"), NOW)) == []
    assert list(due(ZoneInfo("Asia/Kolkata"), NOW)) == [BEGIN.date()]


def test_days_without_calls_are_sealed_between_others_but_not_for_years(world):
    make_call(started_at=BEGIN - timedelta(days=10_000))
    make_call(started_at=BEGIN - timedelta(days=5))
    make_call(started_at=BEGIN)
    assert len(list(due(world.zone, NOW))) == 7


def test_a_day_that_goes_on_is_not_sealed(world):
    make_call(started_at=NOW)
    assert list(due(world.zone, NOW)) == []


def test_a_sealed_year_is_answered_by_two_statements(world):
    make_call(started_at=BEGIN)
    world.write("seal all")
    selection = CallFilter.for_user(QueryDict("period=365d"), world.users[0], NOW)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        by_day(selection)
    assert len(queries) == 2


def test_a_day_that_is_unsealed_while_it_is_read_is_read_again(world, monkeypatch):
    make_call(started_at=BEGIN)
    world.write("seal all")
    from analytics import rollups

    asked = rollups.sealed_numbers

    def and_then_a_call_comes(*arguments):
        numbers = asked(*arguments)
        make_call(started_at=BEGIN)
        return numbers

    monkeypatch.setattr(rollups, "sealed_numbers", and_then_a_call_comes)
    selection = CallFilter.for_user(QueryDict("period=30d"), world.users[0], NOW)
    assert [one.calls for one in by_day(selection).values()] == [Call.objects.count()]
