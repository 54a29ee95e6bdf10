"""How fast the APIs answered: which turn each time belongs to, and the figures of each kind."""

import pytest

from calls.models import ResponseTime
from calls.response_times import measured, response_times
from calls.tests.factory import make_call
from calls.transcripts.answers import Measured, answers


def caller(start=None, end=None):
    return {"speaker": "caller", "text": "Hi", "start_seconds": start, "end_seconds": end}


def assistant(start=None):
    return {"speaker": "assistant", "text": "Hello", "start_seconds": start}


TOOL = {"speaker": "tool", "text": "", "start_seconds": 4.5}
TURNS = [assistant(0.0), caller(2.0, 3.0), assistant(4.0), caller(6.0, 7.0), TOOL, assistant(9.0)]


# Answers


def test_a_time_belongs_to_the_first_answer_that_begins_then_or_later():
    times = [Measured("llm", "", 3200, 600), Measured("tts", "", 8000, 200), Measured("llm", "", 4050, 5)]
    assert [[one.at_ms for one in answer.measured] for answer in answers(TURNS, times)] == [[], [3200, 4050], [8000]]


def test_a_time_after_the_last_answer_and_one_without_a_moment_belong_to_none():
    times = [Measured("llm", "", 20_000, 600), Measured("llm", "", None, 600)]
    assert [answer.measured for answer in answers(TURNS, times)] == [[], [], []]


def test_the_wait_is_what_the_platform_measured():
    _, first, _ = answers(TURNS, [Measured("turn", "", 3000, 950)])
    assert (first.wait_ms, first.is_measured) == (950, True)


def test_a_wait_that_was_not_measured_is_the_gap_between_the_turns():
    assert [(answer.wait_ms, answer.is_measured) for answer in answers(TURNS, [])] == [
        (None, False),
        (1000, False),
        (2000, False),
    ]


@pytest.mark.parametrize(
    "turns",
    [
        [caller(0.0), assistant(2.0)],
        [caller(0.0, 3.0), assistant(2.0)],
        [caller(0.0, 1.0), assistant(1.5), assistant(4.0)],
    ],
)
def test_a_gap_is_not_known_without_an_end_when_both_speak_and_when_the_assistant_goes_on(turns):
    assert answers(turns, [])[-1].wait_ms is None


def test_the_slowest_answer_is_marked_and_those_over_two_seconds_are_slow():
    turns = [caller(0.0, 1.0), assistant(1.5), caller(2.0, 3.0), assistant(5.5), caller(6.0, 7.0), assistant(9.0)]
    found = answers(turns, [])
    assert [answer.is_slowest for answer in found] == [False, True, False]
    assert [answer.is_slow for answer in found] == [False, True, True]


def test_one_answer_alone_is_not_the_slowest():
    assert not answers([caller(0.0, 1.0), assistant(1.5)], [])[0].is_slowest


def test_an_answer_without_a_time_is_none():
    assert answers([caller(0.0, 1.0), assistant()], []) == []


# Kinds


def kinds(times, length_ms=10_000):
    return response_times(times, [], length_ms).kinds


def test_response_times_are_counted_by_kind():
    times = [Measured("llm", "", number, number * 10) for number in range(1, 101)]
    llm, tool = kinds([*times, Measured("tool", "order_status", None, 210)])
    assert (llm.count, llm.median, llm.percentile_95, llm.longest) == (100, "505 ms", "950 ms", "1.00 s")
    assert (tool.label, tool.count, tool.percentile_95) == ("Tool", 1, "210 ms")


def test_the_picture_has_a_bar_at_the_moment_of_each_time_as_high_as_it_was_long():
    (llm,) = kinds([Measured("llm", "", 5000, 400), Measured("llm", "", 10_000, 800), Measured("llm", "", None, 100)])
    assert llm.path == "M500 96V51M1000 96V6"


def test_times_without_moments_have_no_picture():
    assert kinds([Measured("llm", "", None, 400)])[0].path == ""
    assert kinds([Measured("llm", "", 0, 0)])[0].path == "M0 96V96"


# Each answer


def rows(times):
    return [
        (f"{row.time} {row.name}".strip(), row.cells)
        for row in response_times(times, answers(TURNS, times), 10_000).answers
    ]


def test_each_answer_has_what_was_measured_on_the_way_to_it():
    times = [
        Measured("llm", "", 7100, 400),
        Measured("tool", "order_status", 7500, 210),
        Measured("llm", "", 7800, 300),
    ]
    assert rows(times) == [("00:09", ["700 ms in 2", "210 ms"])]


def test_times_that_belong_to_no_answer_come_last():
    times = [
        Measured("tool", "order_status", None, 1500),
        Measured("llm", "", 3000, 640),
        Measured("llm", "", 63_000, 100),
    ]
    assert rows(times) == [
        ("00:04", ["640 ms", ""]),
        ("– order_status", ["", "1.50 s"]),
        ("01:03", ["100 ms", ""]),
    ]


@pytest.mark.django_db
def test_times_are_read_in_their_order_and_those_without_a_moment_last():
    call = make_call()
    for kind, at_ms in (("tool", None), ("tts", 63_000), ("llm", 3900)):
        ResponseTime.objects.create(call=call, kind=kind, duration_ms=1, at_ms=at_ms)
    assert [one.kind for one in measured(call)] == ["llm", "tts", "tool"]
