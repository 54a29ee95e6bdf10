from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calls import clock
from calls.days import day_start
from calls.models import Call
from calls.tests.factory import make_call

pytestmark = pytest.mark.django_db

CHANGES = (
    ("Europe/Berlin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    ("America/St_Johns", datetime(2027, 3, 14, 5, 30, tzinfo=UTC)),
    ("America/St_Johns", datetime(2006, 10, 29, 2, 31, tzinfo=UTC)),  # at 00:01, back over midnight
    ("America/Santiago", datetime(2027, 4, 4, 3, tzinfo=UTC)),  # at midnight, back to 23:00
    ("America/Havana", datetime(2027, 3, 14, 5, tzinfo=UTC)),  # at midnight, to 01:00
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, tzinfo=UTC)),  # half an hour
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day that never was
    ("Asia/Kolkata", datetime(2027, 1, 1, tzinfo=UTC)),
)
YEARS = ((2005, 2028), clock.YEARS)


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("years", YEARS)
def test_a_call_belongs_to_the_day_between_its_start_and_the_next_one(zone, change, years):
    zone = ZoneInfo(zone)
    for minutes in range(-180, 181, 15):
        for microseconds in (-1, 0, 999_999):
            make_call(started_at=change + timedelta(minutes=minutes, microseconds=microseconds))
    rows = Call.objects.annotate(number=clock.day_number(zone, years)).values_list("started_at", "number")
    for started_at, number in rows:
        day = clock.day_of(number)
        assert day_start(day, zone) <= started_at < day_start(day + timedelta(days=1), zone)


@pytest.mark.parametrize(("zone", "change"), [change for change in CHANGES if change[1].year != 2006])
def test_hours_and_weekdays_are_those_of_the_clock(zone, change):
    zone = ZoneInfo(zone)
    for minutes in range(-180, 181, 15):
        make_call(started_at=change + timedelta(minutes=minutes))
    columns = {"h": clock.hour(zone), "w": clock.weekday(zone), "hw": clock.hour_of_week(zone)}
    for started_at, hour, weekday, hour_of_week in Call.objects.annotate(**columns).values_list("started_at", *columns):
        local = started_at.astimezone(zone)
        assert (hour, weekday, hour_of_week) == (local.hour, local.weekday(), local.weekday() * 24 + local.hour)
