from collections import Counter
from datetime import datetime

import pytest

from bench.rows import FIELDS, Generator
from calls.models import Call, CapturedVariable, Transcript

END = datetime(2026, 11, 24, 16)  # noqa: DTZ001 - the database takes it as UTC
STATUS = FIELDS[Call].index("status")
STARTED = FIELDS[Call].index("started_at")


@pytest.fixture(scope="module")
def rows():
    return Generator(10_000, END).batch(0)


def test_the_same_number_of_calls_gives_the_same_rows(rows):
    assert Generator(10_000, END).batch(0) == rows


def test_calls_are_in_the_order_in_which_they_began(rows):
    times = [row[STARTED] for row in rows[Call]]
    assert times == sorted(times)
    assert "2025-11-24" < times[0] < times[-1] < "2026-11-24 16"


def test_statuses_have_their_shares_and_the_newest_calls_are_live(rows):
    shares = Counter(row[STATUS] for row in rows[Call])
    assert 6_000 < shares["completed"] < 6_400
    assert 500 < shares["busy"] < 700
    assert {row[STATUS] for row in rows[Call][-4:]} == {"in_progress", "ringing", "initiated"}


def test_each_completed_call_has_a_transcript_and_three_variables(rows):
    completed = {row[0] for row in rows[Call] if row[STATUS] == "completed"}
    assert {row[0] for row in rows[Transcript]} == completed
    assert Counter(row[0] for row in rows[CapturedVariable]) == dict.fromkeys(completed, 3)


def test_transcripts_have_about_1_2_kb_of_words(rows):
    lengths = [len(words) for _, _, words in rows[Transcript]]
    assert 1_100 < sum(lengths) / len(lengths) < 1_400
