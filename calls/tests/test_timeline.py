"""The times of a call and where they come from."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from calls.origins import told_at
from calls.tests.factory import NOON, make_call
from calls.timeline import timeline

pytestmark = pytest.mark.django_db

UTC = ZoneInfo("UTC")


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def lengths(recording_ms=None, **fields):
    return {one.label: one.value for one in timeline(make_call(**fields), UTC, recording_ms).figures}


def origins(**fields):
    return {one.label: one.origin for one in timeline(make_call(**fields), UTC, None).origins}


def test_the_line_has_the_moments_of_the_call():
    found = timeline(make_call(answered_at=after(4), ended_at=after(20), duration_ms=16_000), UTC, None)
    assert [(one.label, one.time, one.after) for one in found.moments] == [
        ("Initiated", "12:00:00", ""),
        ("Answered", "12:00:04", "+0:04"),
        ("Ended", "12:00:20", "+0:20"),
    ]
    assert (found.ring_percent, found.talk_percent) == ("20.00", "80.00")


def test_a_call_that_nobody_answered_rang_until_it_ended():
    found = timeline(make_call(ended_at=after(30), duration_ms=None, status="unanswered"), UTC, None)
    assert (found.ring_percent, found.talk_percent) == ("100.00", "")
    assert [one.time for one in found.moments] == ["12:00:00", "–", "12:00:30"]


def test_a_ringing_call_says_so():
    found = timeline(make_call(duration_ms=None, status="ringing"), UTC, None)
    assert [one.label for one in found.moments] == ["Initiated", "Ringing", "Answered", "Ended"]


def test_an_end_on_another_day_has_its_day():
    found = timeline(make_call(ended_at=after(13 * 3600)), UTC, None)
    assert found.moments[-1].time == "21 Nov 2026, 01:00:00"


@pytest.mark.parametrize(
    ("fields", "rang"),
    [
        ({"answered_at": after(2.75)}, "0:02"),
        ({"answered_at": None, "ended_at": after(21), "duration_ms": None}, "0:21"),
        ({"answered_at": None, "ended_at": after(51)}, "–"),
        ({"answered_at": None, "ended_at": None, "duration_ms": None}, "–"),
        ({"answered_at": after(-1)}, "–"),
    ],
)
def test_it_rang_until_it_was_answered_or_ended(fields, rang):
    assert lengths(**fields)["Rang for"] == rang


@pytest.mark.parametrize(
    "fields", [{"ended_at": None}, {"ended_at": NOON}, {"answered_at": after(60), "ended_at": after(5)}]
)
def test_a_line_that_makes_no_sense_is_not_drawn(fields):
    assert timeline(make_call(**fields), UTC, None).ring_percent == ""


def test_ring_talk_billed_and_recorded_time_stand_apart():
    found = lengths(recording_ms=15_000, answered_at=after(3), duration_ms=48_000, metadata={"billed_seconds": 60})
    assert found == {"Rang for": "0:03", "Talked for": "0:48", "Billed for": "1:00", "Recorded": "0:15"}


@pytest.mark.parametrize("billed", [None, "60", True, -1, [60]])
def test_billed_time_that_is_no_number_is_not_shown(billed):
    assert "Billed for" not in lengths(metadata={"billed_seconds": billed})


@pytest.mark.parametrize(
    ("talked_ms", "recorded_ms", "remark"),
    [
        (48_000, 15_000, "The recording is 0:33 shorter than the talk."),
        (48_000, 60_000, "The recording is 0:12 longer than the talk."),
        (48_000, 50_000, ""),
        (600_000, 650_000, ""),
        (None, 15_000, ""),
        (48_000, None, ""),
    ],
)
def test_a_recording_that_differs_from_the_talk_is_remarked(talked_ms, recorded_ms, remark):
    assert timeline(make_call(duration_ms=talked_ms), UTC, recorded_ms).remark == remark


def test_a_time_that_was_told_says_by_whom_and_when():
    stamps = {"2026-11-20T12:01:00.000000Z 10 abc": ["answered_at", "duration_ms", "5:status"]}
    found = origins(source="vapi", answered_at=after(2), stamps=stamps)
    assert found["Answered"] == found["Talked for"] == "Told by Vapi at 20 Nov 2026, 12:01:00"


def test_a_time_that_was_computed_says_how():
    found = origins(source="vapi", answered_at=after(2), ended_at=after(50))
    assert found["Initiated"] == "The first moment that Vapi told of"
    assert found["Rang for"] == "Computed: initiated to answered"
    assert found["Talked for"] == "Computed: answered to ended"


def test_a_stamp_may_have_a_rank_before_the_field():
    stamps = {"2026-11-20T12:01:00.000000Z 10 abc": ["5:status"]}
    assert told_at(stamps, "status") == after(60)
    assert told_at(stamps, "started_at") is None
