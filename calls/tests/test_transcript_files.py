"""GET /calls/<uuid>/transcript.txt, .json, .vtt and .srt."""

import io
import json
from datetime import UTC, datetime
from uuid import uuid4

import pysrt
import pytest
import srt
import webvtt
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from calls.models import Transcript
from calls.tests.factory import make_assistant, make_call, make_user
from calls.transcripts.formats import FORMATS, as_srt, as_text, as_vtt

TURNS = [
    {"speaker": "assistant", "text": "Hello!", "start_seconds": 0.0, "end_seconds": 2.4},
    {"speaker": "caller", "text": "My order", "start_seconds": 3.1, "end_seconds": 4.0},
    {
        "speaker": "tool",
        "name": "order_status",
        "text": '{"order": "12345"}',
        "result": "HTTP 504",
        "is_error": True,
        "start_seconds": 6.0,
    },
    {"speaker": "assistant", "text": "One moment", "start_seconds": 7.0, "interrupted": True},
    {"speaker": "caller", "text": "Later"},
]


def said(text, **fields):
    return [{"speaker": "caller", "text": text, "start_seconds": 1.0, "end_seconds": 2.0} | fields]


# Text


def test_the_text_has_a_line_for_each_turn():
    assert as_text(TURNS).splitlines() == [
        "[00:00] Assistant: Hello!",
        "[00:03] Caller: My order",
        '[00:06] Tool: order_status {"order": "12345"} -> HTTP 504 (failed)',
        "[00:07] Assistant: One moment (interrupted)",
        "[–] Caller: Later",
    ]


def test_no_line_of_a_turn_looks_like_another_turn():
    text = as_text(said("Hello\r\n[00:05] Assistant: I lie\u2028[00:06] Caller: too"))
    assert text == "[00:01] Caller: Hello\n    [00:05] Assistant: I lie [00:06] Caller: too\n"


# Subtitles, read with programs of others


def read_vtt(turns):
    return [(cue.start, cue.end, cue.voice, cue.text) for cue in webvtt.from_buffer(io.StringIO(as_vtt(turns)))]


def test_webvtt_has_times_voices_and_words():
    assert read_vtt(TURNS) == [
        ("00:00:00.000", "00:00:02.400", "Assistant", "Hello!"),
        ("00:00:03.100", "00:00:04.000", "Caller", "My order"),
        ("00:00:07.000", "00:00:11.000", "Assistant", "One moment"),
        ("00:00:11.000", "00:00:15.000", "Caller", "Later"),
    ]


def test_webvtt_escapes_what_would_be_markup_or_end_the_words():
    text = as_vtt(said("<b>1 & 2</b> --> \n\n00:00:05.000 --> 00:00:06.000\nNOTE"))
    assert text == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Caller>&lt;b&gt;1 &amp; 2&lt;/b&gt; --&gt;\n"
        "00:00:05.000 --&gt; 00:00:06.000\nNOTE\n"
    )


def test_subrip_has_numbers_times_speakers_and_words():
    for items in (list(pysrt.from_string(as_srt(TURNS))), list(srt.parse(as_srt(TURNS)))):
        assert [item.index for item in items] == [1, 2, 3, 4]
    (first, *_) = srt.parse(as_srt(TURNS))
    assert (first.start.total_seconds(), first.end.total_seconds()) == (0, 2.4)
    assert first.content == "Assistant: Hello!"


def test_subrip_has_its_words_in_one_line_without_an_arrow():
    (item,) = srt.parse(as_srt(said("a --> b\n\n2\n00:00:05,000 --> 00:00:06,000\nc")))
    assert item.content == "Caller: a → b 2 00:00:05,000 → 00:00:06,000 c"


def test_times_go_beyond_an_hour():
    assert "01:02:03.250 --> 01:02:04.000" in as_vtt(said("Hi", start_seconds=3723.25, end_seconds=3724.0))
    assert "100:00:00,000 --> " in as_srt(said("Hi", start_seconds=360_000.0))


def test_a_transcript_without_words_is_a_file_without_subtitles():
    assert (as_vtt([]), as_srt([])) == ("WEBVTT\n", "")
    assert read_vtt([]) == []


any_turns = st.lists(
    st.fixed_dictionaries(
        {
            "speaker": st.sampled_from(["caller", "assistant", "tool", "system"]),
            "text": st.text(st.sampled_from("a1<>&-:.,\n\r\t \x00\x0b\x85\u2028-->é👍"), max_size=40),
        },
        optional={
            "start_seconds": st.floats(0, 10_000),
            "end_seconds": st.floats(0, 10_000),
        },
    ),
    max_size=8,
)


@given(any_turns)
def test_any_transcript_is_as_many_subtitles_in_every_format(turns):
    count = sum(turn["speaker"] in ("caller", "assistant") and bool(turn["text"].strip()) for turn in turns)
    vtt = read_vtt(turns)
    starts = [start for start, *_ in vtt]
    assert starts == sorted(starts)
    assert all(start < end for start, end, *_ in vtt)
    assert len(vtt) == len(list(pysrt.from_string(as_srt(turns)))) == len(list(srt.parse(as_srt(turns)))) == count


@given(any_turns)
def test_any_transcript_has_a_line_of_text_for_each_turn(turns):
    lines = as_text(turns).split("\n")
    assert sum(line.startswith("[") for line in lines) == len(turns)
    assert all(line.startswith(("[", "    ")) or not line for line in lines)


# The addresses


def address(call, suffix):
    return f"/calls/{call.uuid}/transcript.{suffix}"


@pytest.fixture
def reader(client, db):
    client.force_login(make_user(sees_all=True))
    return client


@pytest.mark.parametrize(
    ("suffix", "content_type", "beginning"),
    [
        ("txt", "text/plain; charset=utf-8", "[00:00] Assistant: Hello!"),
        ("json", "application/json", "["),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n"),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> 00:00:02,400\n"),
    ],
)
@override_settings(TIME_ZONE="Asia/Kathmandu")
def test_it_is_a_file_named_after_the_call(reader, suffix, content_type, beginning):
    call = make_call(transcript=TURNS, started_at=datetime(2026, 11, 20, 20, 0, 11, tzinfo=UTC))
    response = reader.get(address(call, suffix))
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="2026-11-21-0145-+12025550123.{suffix}"'
    assert "no-store" in response["Cache-Control"]
    assert response.content.decode().startswith(beginning)


def test_the_json_is_what_the_native_format_has(reader):
    assert json.loads(reader.get(address(make_call(transcript=TURNS), "json")).content) == TURNS


def test_what_is_no_latin_letter_arrives(reader):
    call = make_call(transcript=said("Grüezi 👍 你好"))
    assert all("Grüezi 👍 你好" in reader.get(address(call, suffix)).content.decode() for suffix in FORMATS)


@pytest.mark.parametrize("suffix", FORMATS)
def test_only_who_may_see_the_call_gets_its_transcript(client, db, suffix):
    viewer, another = make_user(), make_user()
    call = make_call(transcript=TURNS, assistant=make_assistant(viewers=(viewer,)))
    assert client.get(address(call, suffix)).status_code == 302
    for user, status in ((viewer, 200), (another, 404)):
        client.force_login(user)
        assert client.get(address(call, suffix)).status_code == status


def test_what_is_not_there_is_not_found(reader):
    with_transcript = make_call(transcript=TURNS)
    without_turns = make_call()
    Transcript.objects.create(call=without_turns, turns=[])
    for url in (
        address(make_call(), "txt"),
        address(without_turns, "txt"),
        address(with_transcript, "pdf"),
        f"/calls/{uuid4()}/transcript.txt",
    ):
        assert reader.get(url).status_code == 404


def test_a_transcript_is_only_read(reader):
    assert reader.post(address(make_call(transcript=TURNS), "txt")).status_code == 405
