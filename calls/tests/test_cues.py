"""When the turns of a transcript are shown as subtitles."""

import pytest

from calls.transcripts.cues import cues


def turn(start=None, end=None, text="Hello", speaker="caller"):
    times = {"start_seconds": start, "end_seconds": end}
    return {"speaker": speaker, "text": text} | {key: value for key, value in times.items() if value is not None}


def times(*turns):
    return [(cue.start_ms, cue.end_ms) for cue in cues(turns)]


def test_a_turn_is_shown_from_its_start_to_its_end():
    assert times(turn(0.0, 2.4), turn(3.1, 5.0)) == [(0, 2400), (3100, 5000)]


def test_a_turn_without_an_end_is_shown_until_the_next_starts():
    assert times(turn(0.0), turn(3.1), turn(5.0)) == [(0, 3100), (3100, 5000), (5000, 9000)]


@pytest.mark.parametrize("end", [3.0, 2.0, 3.0004])
def test_an_end_that_is_not_after_the_start_counts_as_none(end):
    assert times(turn(3.0, end), turn(5.0)) == [(3000, 5000), (5000, 9000)]


def test_two_turns_of_one_moment_are_both_shown():
    assert times(turn(3.0), turn(3.0), turn(5.0)) == [(3000, 7000), (3000, 5000), (5000, 9000)]


def test_turns_without_times_share_what_lies_between_their_neighbours():
    assert times(turn(2.0), turn(), turn(), turn(8.0)) == [(2000, 4000), (4000, 6000), (6000, 8000), (8000, 12_000)]


def test_turns_before_the_first_time_share_the_time_from_the_start():
    assert times(turn(), turn(), turn(6.0)) == [(0, 3000), (3000, 6000), (6000, 10_000)]


def test_turns_after_the_last_time_follow_each_other():
    assert times(turn(6.0, 7.0), turn(), turn()) == [(6000, 7000), (10_000, 14_000), (14_000, 18_000)]


def test_without_any_time_each_turn_follows_the_one_before():
    assert times(turn(), turn(), turn()) == [(0, 4000), (4000, 8000), (8000, 12_000)]


def test_subtitles_are_in_the_order_of_their_starts():
    assert times(turn(5.0, 6.0), turn(1.0, 2.0)) == [(1000, 2000), (5000, 6000)]


def test_a_start_before_the_audio_is_its_start():
    assert times(turn(-0.5, 1.0)) == [(0, 1000)]


@pytest.mark.parametrize(
    "left_out", [turn(1, 2, ""), turn(1, 2, " \n "), turn(1, 2, speaker="tool"), turn(1, 2, speaker="system")]
)
def test_only_what_was_spoken_is_a_subtitle(left_out):
    assert times(turn(0.0, 1.0), left_out) == [(0, 1000)]


def test_no_turns_are_no_subtitles():
    assert times() == []
