"""How values are written for a person."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from calls import format

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (None, "–"),
        (0, "0:00"),
        (999, "0:00"),
        (48_000, "0:48"),
        (48_999, "0:48"),
        (83_000, "1:23"),
        (3_599_999, "59:59"),
        (3_723_000, "1:02:03"),
        (90_000_000, "25:00:00"),
    ],
)
def test_a_duration_is_minutes_and_seconds_that_have_passed(duration_ms, text):
    assert format.format_duration(duration_ms) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0, "00:00"), (3.1, "00:03"), (754.9, "12:34"), (3723, "1:02:03"), (-0.2, "00:00")],
)
def test_a_place_in_a_recording_is_minutes_and_seconds(seconds, text):
    assert format.format_offset(seconds) == text


@pytest.mark.parametrize(
    ("credits", "text"),
    [
        (None, "–"),
        ("0", "0.00"),
        ("1.2500", "1.25"),
        ("1.3000", "1.30"),
        ("0.0025", "0.0025"),
        ("9.4280", "9.428"),
        ("10", "10.00"),
        ("1234.5", "1,234.50"),
        ("-0.5", "-0.50"),
    ],
)
def test_credits_have_two_decimals_and_up_to_four_where_they_say_something(credits, text):
    assert format.format_credits(None if credits is None else Decimal(credits)) == text


def test_credits_have_as_many_decimals_as_their_neighbours_need():
    decimals = max(map(format.credit_decimals, map(Decimal, ("1.25", "9.4280"))))
    assert format.format_credits(Decimal("1.25"), decimals) == "1.250"


@pytest.mark.parametrize(
    ("credits", "text"),
    [(None, "–"), ("0", "0.00"), ("0.0099", "<0.01"), ("0.01", "0.01"), ("16.3235", "16.32"), ("1234.5", "1,234.50")],
)
def test_credits_in_a_column_have_two_decimals(credits, text):
    assert format.format_credits_short(None if credits is None else Decimal(credits)) == text


@pytest.mark.parametrize(
    ("duration_ms", "text"), [(None, "–"), (0, "0 ms"), (640, "640 ms"), (999, "999 ms"), (1240, "1.24 s")]
)
def test_a_response_time_is_milliseconds_below_a_second(duration_ms, text):
    assert format.format_milliseconds(duration_ms) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("+12025550123", "+1 202-555-0123"),
        ("+442079460018", "+44 20 7946 0018"),
        ("+4930901820", "+49 30 901820"),
        ("", "–"),
        ("anonymous", "anonymous"),
        ("sip:alice@example.com", "sip:alice@example.com"),
        ("+999", "+999"),
        ("+1202", "+1202"),
        ("1001", "1001"),
    ],
)
def test_a_number_has_international_spacing_and_other_texts_stay(number, text):
    assert format.format_phone(number) == text


def test_a_time_is_in_the_zone_and_without_the_present_year():
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert format.format_time(datetime(2026, 11, 4, 23, 30, tzinfo=UTC), BERLIN, now) == "5 Nov 00:30"


def test_a_time_of_another_year_in_the_zone_names_it():
    now = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert format.format_time(datetime(2025, 12, 31, 22, 30, tzinfo=UTC), BERLIN, now) == "31 Dec 2025 23:30"


def test_a_moment_has_seconds():
    assert format.format_moment(datetime(2026, 7, 1, 14, 3, 11, tzinfo=UTC), BERLIN) == "1 Jul 2026, 16:03:11"


def test_an_unknown_time_is_a_dash():
    assert format.format_moment(None, BERLIN) == "–"
    assert format.format_time(None, BERLIN, datetime(2026, 1, 1, tzinfo=UTC)) == "–"
