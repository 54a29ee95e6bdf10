"""The picture of a recording, and its silences."""

import json

import pytest

from calls.models import Recording
from calls.silences import silences
from calls.transcripts.answers import answers
from calls.waveform import PARTS, waveform

TURNS = [
    {"speaker": "assistant", "text": "Hello!", "start_seconds": 0.0, "end_seconds": 4.0},
    {"speaker": "caller", "text": "My order", "start_seconds": 4.0, "end_seconds": 6.0},
    {"speaker": "tool", "text": "", "name": "order_status", "start_seconds": 6.5, "is_error": True},
    {"speaker": "assistant", "text": "It is on its way", "start_seconds": 9.0, "end_seconds": 10.0},
]
LOUD, QUIET = [120] * 100, [0] * 100


def picture(peaks=None, turns=TURNS, duration_ms=10_000):
    return waveform(Recording(duration_ms=duration_ms, peaks=peaks), turns, answers(turns, []))


def lengths(found):
    """How many parts of the picture show each speaker."""
    return {lane.speaker: sum(map(bool, lane.peaks)) for lane in found.lanes}


# Lanes


def test_two_channels_are_the_two_sides():
    found = picture([LOUD, [60] * 100])
    assert [(lane.speaker, lane.peaks, lane.loudest) for lane in found.lanes] == [
        ("assistant", LOUD, 120),
        ("caller", [60] * 100, 60),
    ]
    assert found.heard() == [("assistant", "Assistant"), ("caller", "Caller")]


@pytest.mark.parametrize("is_caller_first", [False, True])
def test_the_turns_tell_which_channel_is_whose(is_caller_first):
    assistant = [100] * 40 + [1] * 50 + [100] * 10
    caller = [1] * 40 + [50] * 20 + [1] * 40
    found = picture([caller, assistant] if is_caller_first else [assistant, caller])
    assert [lane.peaks for lane in found.lanes] == [assistant, caller]


def test_one_channel_is_parted_by_the_turns_in_one_scale():
    found = picture([[120] * 50 + [60] * 50])
    assert lengths(found) == {"assistant": 50, "caller": 20, "other": 30}
    assert {lane.loudest for lane in found.lanes} == {120}
    assert found.lanes[1].peaks[40:60] == [120] * 10 + [60] * 10


def test_channels_of_which_no_turn_tells_have_no_speaker():
    found = picture([LOUD, QUIET], turns=[])
    assert lengths(found) == {"assistant": 0, "caller": 0, "other": 100}
    assert found.heard() == [("other", "Nobody known")]


def test_without_peaks_the_turns_are_drawn():
    assert lengths(picture(None)) == {"assistant": PARTS // 2, "caller": PARTS // 5, "other": 0}


def test_a_turn_without_an_end_lasts_until_the_next():
    turns = [
        {"speaker": "assistant", "text": "Hello!", "start_seconds": 0.0},
        {"speaker": "caller", "text": "My order", "start_seconds": 7.5},
    ]
    assert lengths(picture([LOUD], turns)) == {"assistant": 75, "caller": 25, "other": 0}


@pytest.mark.parametrize("peaks", [[[]], [[5]], [[1, 2], [3]], [[0] * 1000] * 2, [[127] * 7] * 3])
def test_any_peaks_are_drawn(peaks):
    for speaker, loudest, part in json.loads(picture(peaks).lanes_json()):
        assert speaker in ("assistant", "caller", "other")
        assert loudest >= max(part, default=1)


def test_a_turn_beyond_the_recording_is_not_drawn():
    turns = [{"speaker": "caller", "text": "Later", "start_seconds": 20.0, "end_seconds": 30.0}]
    assert picture(turns=turns).heard() == []


def test_a_length_that_is_not_known_is_that_of_the_transcript():
    assert picture(duration_ms=None).duration_seconds == "10.000"
    assert picture(duration_ms=None, turns=[]) is None


# Marks


def test_tools_and_slow_answers_are_marked():
    found = picture()
    assert [(mark.x, mark.words) for mark in found.tools] == [("65", "order_status at 00:06, failed")]
    assert [(mark.x, mark.width, mark.words) for mark in found.waits] == [
        ("60", "30", "The caller waited 3.00 s at 00:06")
    ]


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [
        (800, ["0:00"]),
        (10_000, ["0:00", "0:02", "0:04", "0:06", "0:08"]),
        (3_600_000, ["0:00", "10:00", "20:00", "30:00", "40:00", "50:00"]),
    ],
)
def test_the_ticks_are_round_moments(duration_ms, words):
    assert [mark.words for mark in picture(duration_ms=duration_ms).ticks] == words


# Silences


def test_silence_is_where_all_channels_are_quiet_for_more_than_a_second():
    left = [100] * 20 + [0] * 30 + [100] * 50
    right = [0] * 35 + [1] * 25 + [100] * 10 + [2] * 30
    assert silences([left, right], 10_000, []) == [(2.2, 4.8)]


def test_a_pause_of_a_second_is_kept():
    assert silences([[100] * 20 + [0] * 10 + [100] * 70], 10_000, []) == []


def test_noise_of_the_line_is_silence():
    assert silences([[100] * 20 + [4] * 80], 10_000, []) == [(2.2, 9.8)]


def test_without_peaks_silence_is_between_the_turns():
    assert silences([], None, TURNS) == [(6.2, 8.8)]


def test_a_turn_within_another_ends_no_silence():
    turns = [
        {"speaker": "assistant", "text": "", "start_seconds": 0.0, "end_seconds": 9.0},
        {"speaker": "caller", "text": "", "start_seconds": 1.0, "end_seconds": 2.0},
        {"speaker": "caller", "text": "", "start_seconds": 12.0, "end_seconds": 13.0},
    ]
    assert silences([], None, turns) == [(9.2, 11.8)]


@pytest.mark.parametrize("turns", [[], TURNS[:1], [*TURNS, {"speaker": "caller", "text": "", "start_seconds": 20.0}]])
def test_without_all_times_no_silence_is_known(turns):
    assert silences([], None, turns) == []


def test_the_silence_is_summed():
    assert picture([[100] * 10 + [0] * 40 + [100] * 10 + [0] * 40]).silences == "1.20-4.80 6.20-9.80"
    assert picture([[100] * 10 + [0] * 40 + [100] * 10 + [0] * 40]).silence == "0:07"
