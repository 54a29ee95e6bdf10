from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from calls.criteria import CRITERIA
from calls.days import day_start
from calls.filters import LAYOUT, CallFilter
from calls.models import Assistant, Call, Campaign
from calls.reading import Reading
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user(sees_all=True)


@pytest.fixture
def select(user):
    """The selection of a query string at noon of 20 November 2026."""
    return lambda query, now=NOON: CallFilter.for_user(QueryDict(query), user, now)


def errors(selection):
    return {name: list(messages) for name, messages in selection.form.errors.items()}


def test_no_parameter_selects_every_call(select):
    make_call()
    make_call(status="busy", started_at=NOON - timedelta(days=900))
    assert select("").qs.count() == 2


def test_empty_values_are_as_good_as_absent_ones(select):
    make_call()
    selection = select("&".join(f"{name}=" for name in [*CRITERIA, *LAYOUT]))
    assert errors(selection) == {}
    assert selection.qs.count() == 1
    assert selection.query() == ""


SELECTS = [
    ("status=completed", {}),
    ("status=busy&status=completed", {}),
    ("direction=inbound", {}),
    ("phone=%2B1202", {}),
    ("phone=(303)+555-0188", {"to_number": "+13035550188"}),
    ("min_duration=48&max_duration=48", {}),
    ("min_duration=47.999", {}),
    ("max_duration=0", {"duration_ms": 0}),
    ("min_cost=1.25&max_cost=1.2500", {}),
    ("max_cost=0", {"cost": Decimal(0)}),
    ("recorded=true", {"recorded": True}),
    ("recorded=false", {}),
    ("period=today", {}),
    ("period=7d", {"started_at": NOON - timedelta(days=6)}),
    ("period=30d", {"started_at": NOON - timedelta(days=29)}),
    ("period=90d", {"started_at": NOON - timedelta(days=89)}),
    ("period=365d", {"started_at": NOON - timedelta(days=364)}),
    ("period=all", {"started_at": NOON - timedelta(days=9000)}),
    ("period=custom&from=2026-11-20&to=2026-11-20", {}),
    ("from=2026-11-20", {}),
    ("to=2026-11-20", {}),
    ("campaign=none", {}),
    ("q=refund+-cancel", {"transcript": "a refund please"}),
    ("variable=order_id:12345", {"variables": {"order_id": "12345"}}),
    ("variable=order_id:12345", {"variables": {"order_id": 12345}}),
    ("variable=booked:true", {"variables": {"booked": True}}),
    ("variable=note", {"variables": {"note": None}}),
    ("variable=note:null", {"variables": {"note": None}}),
    ("variable=size:1.5&variable=a:x:y", {"variables": {"size": 1.5, "a": "x:y"}}),
    ("variable=tags:%5B1,2%5D", {"variables": {"tags": [1, 2]}}),
    ("variable=empty:", {"variables": {"empty": ""}}),
    ("assistant=none", {}),
    ("direction=none", {"direction": ""}),
    ("ended_reason=hung+up", {"ended_reason": "hung up"}),
    ("ended_reason=none", {}),
    ("country=US&country=DE", {}),
    ("country=CA", {"from_number": "+14165550123"}),
    ("country=KZ", {"from_number": "+77012345678"}),
    ("country=001", {"from_number": "+80012345678"}),
    ("country=none", {"from_number": "sip:anonymous"}),
    ("hour=12&hour=3", {}),
    ("weekday=friday", {}),
    ("talked=true", {}),
    ("talked=false", {"duration_ms": None}),
    ("talked=false", {"duration_ms": 0}),
    ("priced=true", {}),
    ("priced=true", {"cost": 0}),
    ("priced=false", {"cost": None}),
]
LEAVES_OUT = [
    ("status=busy", {}),
    ("direction=web", {}),
    ("phone=9999", {}),
    ("min_duration=48.001", {}),
    ("max_duration=47.9", {}),
    ("min_duration=0", {"duration_ms": None}),
    ("max_duration=100", {"duration_ms": None}),
    ("min_cost=1.2501", {}),
    ("max_cost=5", {"cost": None}),
    ("recorded=true", {}),
    ("recorded=false", {"recorded": True}),
    ("period=today", {"started_at": NOON - timedelta(days=1)}),
    ("period=7d", {"started_at": NOON - timedelta(days=7)}),
    ("period=30d", {"started_at": NOON - timedelta(days=30)}),
    ("period=7d", {"started_at": NOON + timedelta(days=1)}),
    ("from=2026-11-21", {}),
    ("to=2026-11-19", {}),
    ("q=refund", {}),
    ("q=refund", {"transcript": "a cancellation"}),
    ("variable=order_id:12345", {"variables": {"order_id": "123456"}}),
    ("variable=order_id:12345", {"variables": {"other": "12345"}}),
    ("variable=a&variable=b", {"variables": {"a": 1}}),
    ("direction=none", {}),
    ("ended_reason=none", {"ended_reason": "hung up"}),
    ("country=US", {"from_number": "+14165550123"}),
    ("country=RU", {"from_number": "+77012345678"}),
    ("country=none", {}),
    ("hour=11", {}),
    ("weekday=saturday&weekday=thursday", {}),
    ("talked=true", {"duration_ms": 0}),
    ("talked=false", {}),
    ("priced=true", {"cost": None}),
    ("priced=false", {"cost": 0}),
]


@pytest.mark.parametrize(("query", "fields"), SELECTS)
def test_a_parameter_selects_the_call_that_fits(select, query, fields):
    make_call(**fields)
    assert errors(select(query)) == {}
    assert select(query).qs.count() == 1


@pytest.mark.parametrize(("query", "fields"), LEAVES_OUT)
def test_a_parameter_leaves_out_the_call_that_does_not_fit(select, query, fields):
    make_call(**fields)
    assert errors(select(query)) == {}
    assert select(query).qs.count() == 0


def test_assistants_and_campaigns_are_selected_by_id(select):
    first, second = make_assistant("A"), make_assistant("B")
    spring, autumn = make_campaign("Spring"), make_campaign("Autumn")
    calls = [
        make_call(assistant=first, campaign=spring),
        make_call(assistant=second, campaign=autumn),
        make_call(assistant=None, campaign=None),
    ]

    def selected(query):
        return [calls.index(call) for call in select(query).qs.order_by("id")]

    assert selected(f"assistant={first.pk}") == [0]
    assert selected(f"assistant={first.pk}&assistant={second.pk}") == [0, 1]
    assert selected(f"campaign={autumn.pk}") == [1]
    assert selected(f"campaign={autumn.pk}&campaign=none") == [1, 2]
    assert selected(f"assistant={first.pk}&campaign={autumn.pk}") == []


INVALID = [
    ("status=xxx", "status", "takes initiated, ringing, in_progress"),
    ("status=completed&status=COMPLETED", "status", "“COMPLETED”"),
    ("period=8d", "period", "takes today, 7d, 30d, 90d, 365d, all, custom"),
    ("period=custom", "period", "a first day, a last day or both"),
    ("period=7d&period=30d", "period", "more than once"),
    ("from=2026-13-45", "from", "takes a day as YYYY-MM-DD"),
    ("from=20261120", "from", "takes a day as YYYY-MM-DD"),
    ("to=yesterday", "to", "takes a day as YYYY-MM-DD"),
    ("from=2026-11-21&to=2026-11-20", "to", "before the first day"),
    ("period=7d&from=2026-11-01", "from", "period=custom"),
    ("period=today&to=2026-11-01", "to", "period=custom"),
    ("assistant=x", "assistant", "takes an id"),
    ("assistant=999999", "assistant", "not the id of a known assistant"),
    ("assistant=99999999999999999999999", "assistant", "takes an id"),
    ("campaign=x", "campaign", "takes an id"),
    ("campaign=999999", "campaign", "not the id of a known campaign"),
    ("direction=up", "direction", "takes inbound, outbound, web"),
    ("phone=123", "phone", "4 digits or more"),
    ("phone=abc", "phone", "4 digits or more"),
    ("q=-", "q", "takes words"),
    ("variable=:x", "variable", "takes name:value or name"),
    ("min_duration=-1", "min_duration", "takes a number from 0 to 1,000,000"),
    ("min_duration=NaN", "min_duration", "takes a number"),
    ("min_duration=1e99", "min_duration", "takes a number"),
    ("max_duration=long", "max_duration", "takes a number"),
    ("min_duration=10&max_duration=5", "max_duration", "less than the least duration"),
    ("min_cost=Infinity", "min_cost", "takes a number"),
    ("min_cost=2&max_cost=1", "max_cost", "less than the least cost"),
    ("recorded=yes", "recorded", "takes true, false"),
    ("sort=colour", "sort", "takes started_at, duration, cost, status, assistant"),
    ("sort=--cost", "sort", "takes started_at"),
    ("size=51", "size", "takes 25, 50, 100, 200"),
    ("after=abc", "after", "not a page of this list"),
    ("before=abc", "before", "not a page of this list"),
    ("q=%00", "q", "Null characters"),
    ("colour=red", "__all__", "“colour” is not a parameter"),
]


@pytest.mark.parametrize(("query", "name", "message"), INVALID)
def test_an_invalid_value_selects_nothing_and_is_named(select, query, name, message):
    make_call()
    selection = select(query)
    assert selection.qs.count() == 0
    assert list(errors(selection)) == [name]
    assert message in errors(selection)[name][0]


ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"]
# Days of 23 and of 25 hours in Berlin and St John's, a leap day, the turn of the year.
DAYS = [
    date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2028, 2, 29), date(2026, 12, 31)
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_last_and_first_instants_of_days_fall_on_their_own_days(select, settings, zone, day):
    settings.TIME_ZONE = zone
    begins = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    ends = datetime.combine(day, datetime.max.time().replace(fold=1), ZoneInfo(zone)).astimezone(UTC)
    make_call(external_id="before", started_at=begins - timedelta(microseconds=1))
    make_call(external_id="first", started_at=begins)
    make_call(external_id="last", started_at=ends)
    make_call(external_id="after", started_at=ends + timedelta(microseconds=1))

    def ids(query, now=NOON):
        return list(select(query, now).qs.order_by("started_at").values_list("external_id", flat=True))

    next_day = day + timedelta(days=1)
    assert ids(f"from={day}&to={day}") == ["first", "last"]
    assert ids(f"from={next_day}&to={next_day}") == ["after"]
    assert ids("period=today", now=ends) == ["first", "last"]
    assert ids("period=7d", now=ends) == ["before", "first", "last"]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/St_Johns", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_the_zone_makes_it(zone, day, hours):
    length = day_start(day + timedelta(days=1), ZoneInfo(zone)) - day_start(day, ZoneInfo(zone))
    assert length == timedelta(hours=hours)


def test_the_first_and_last_day_of_the_calendar_are_taken(select, settings):
    settings.TIME_ZONE = "Pacific/Apia"
    make_call()
    assert select("from=0001-01-01&to=9999-12-31").qs.count() == 1


# In words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "UTC"),
        ("period=7d", "last 7 days, UTC"),
        ("status=completed&status=busy&period=today", "today, completed or busy, UTC"),
        ("from=2026-11-01&to=2026-11-20&period=custom", "from 2026-11-01, to 2026-11-20, UTC"),
        ("phone=(415)+555-0100&direction=inbound", "inbound, number with 4155550100, UTC"),
        ("q=order+%22a+phrase%22+-without", "transcript with “order” and “a phrase” and without “without”, UTC"),
        ("variable=booked:true&variable=note", "booked is true or note captured, UTC"),
        ("min_duration=10&max_cost=2.5&recorded=false", "at least 10 s, at most 2.5 credits, not recorded, UTC"),
        ("campaign=none", "no campaign, UTC"),
        ("assistant=none&direction=none", "no assistant, direction not known, UTC"),
        ("ended_reason=none&country=DE", "ended reason not known, numbers of Germany, UTC"),
        ("hour=7&hour=13&weekday=monday", "from 07:00 to 07:59 or from 13:00 to 13:59, on Mondays, UTC"),
        ("talked=false", "without talk time, UTC"),
        ("priced=true", "with a known cost, UTC"),
    ],
)
def test_the_selection_is_said_in_words(select, query, words):
    assert select(query).describe() == words


def test_each_chip_removes_its_value_and_keeps_the_others(select):
    selection = select("period=custom&from=2026-11-01&status=busy&status=failed&sort=cost&size=25&after=")
    chips = {chip.words: chip.query for chip in selection.chips()}
    assert chips == {
        "from 2026-11-01": "status=busy&status=failed&sort=cost&size=25",
        "busy": "period=custom&from=2026-11-01&status=failed&sort=cost&size=25",
        "failed": "period=custom&from=2026-11-01&status=busy&sort=cost&size=25",
    }


# Who sees what


def test_a_user_without_rights_sees_no_call_and_no_name():
    make_call(assistant=make_assistant(), campaign=make_campaign())
    for user in (make_user(), AnonymousUser()):
        selection = CallFilter.for_user(QueryDict(""), user)
        assert selection.qs.count() == 0
        assert (selection.selection.assistants, selection.selection.campaigns) == ({}, {})


def test_a_viewer_sees_the_calls_of_the_named_assistants_only():
    user = make_user()
    mine, other = make_assistant("Mine", viewers=(user,)), make_assistant("Other")
    spring, autumn = make_campaign("Spring"), make_campaign("Autumn")
    call = make_call(assistant=mine, campaign=spring)
    make_call(assistant=other, campaign=autumn)
    make_call(assistant=None)
    selection = CallFilter.for_user(QueryDict(""), user)
    assert list(selection.qs) == [call]
    assert list(Assistant.objects.visible_to(user)) == [mine]
    assert list(Campaign.objects.visible_to(user)) == [spring]


def test_another_assistant_is_as_unknown_as_one_that_does_not_exist():
    user = make_user()
    make_assistant("Mine", viewers=(user,))
    other = make_assistant("Other")
    message = CallFilter.for_user(QueryDict(f"assistant={other.pk}"), user).form.errors["assistant"][0]
    assert message == f"“{other.pk}” is not the id of a known assistant."


def test_the_administrator_sees_every_call():
    make_call(assistant=None)
    admin = make_user(is_superuser=True)
    assert Call.objects.visible_to(admin).count() == 1


@pytest.mark.parametrize(
    "query", ["", "q=hello", "q=hello+-there", "phone=5550", "variable=a", "variable=a&variable=b:2"]
)
@pytest.mark.parametrize("sees_all", [True, False])
def test_the_count_and_every_way_of_reading_are_of_the_same_calls(query, sees_all):
    user = make_user(sees_all=sees_all)
    assistant = make_assistant(viewers=(user,))
    for n in range(6):
        words = ["hello there", "hello", None][n % 3]
        variables = {"a": n} | ({"b": 2} if n % 2 else {})
        make_call(
            assistant=assistant if n else None, from_number=f"+1202555{n:04}", transcript=words, variables=variables
        )
    make_call(transcript="goodbye", from_number="+493012345678", to_number="")
    selection = CallFilter.for_user(QueryDict(query), user)
    selected = set(selection.qs)
    assert len(selected) > 1
    assert selection.count == len(selected)
    for reading in Reading:
        selection.reading = reading
        assert set(selection.qs_to_read()) == selected
