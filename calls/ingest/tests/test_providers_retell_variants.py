"""Retell: payloads unlike the samples, call objects, and what is refused or not used."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, ResponseKind, Speaker
from calls.ingest.normalised import Latency, Named, RecordingReference, Turn
from calls.ingest.tests.payloads import MISSING, changed, ignored, parsed, rejection
from calls.ingest.tests.test_providers_retell import ANALYZED, ENDED, STARTED, STORAGE, ended, with_entries


@pytest.mark.parametrize(
    ("changes", "duration_ms"),
    [
        ({"duration_ms": "26830"}, 26830),
        ({"duration_ms": 26830.4}, 26830),
        ({"duration_ms": None}, 26830),
        ({"duration_ms": MISSING, "end_timestamp": MISSING}, None),
    ],
)
def test_it_reads_the_duration_or_counts_it(changes, duration_ms):
    assert ended(**changes).duration_ms == duration_ms


@pytest.mark.parametrize("value", [1784121605412, 1784121605412.0, "1784121605412", 1784121605.412])
def test_it_reads_epoch_times_in_any_writing(value):
    assert ended(start_timestamp=value).started_at == datetime(2026, 7, 15, 13, 20, 5, 412000, UTC)


def test_a_web_call_has_no_numbers():
    call = ended(call_type="web_call", direction=MISSING, from_number=MISSING, to_number=MISSING)
    assert (call.direction, call.from_number, call.to_number) == (Direction.WEB, None, None)


def test_a_number_may_be_text():
    assert ended(from_number="anonymous").from_number == "anonymous"


def test_a_batch_is_a_campaign():
    assert ended(batch_call_id="batch_77").campaign == Named("batch_77")


def test_it_takes_missing_and_null_parts_as_not_said():
    names = "call_cost transcript_with_tool_calls transcript_object transcript latency metadata agent_name"
    call = ended(**dict.fromkeys(names.split()))
    assert (call.cost, call.cost_items, call.transcript, call.response_times) == (None, (), (), ())
    assert call.assistant == Named("agent_4d1b7f2c9e0a83556f71c2d8ab")


def test_it_reads_a_transcript_without_tool_calls():
    call = ended(transcript_with_tool_calls=MISSING)
    assert [turn.speaker for turn in call.transcript] == [Speaker.ASSISTANT, Speaker.CALLER] * 3


def test_it_falls_back_to_lines_of_text():
    call = ended(transcript_with_tool_calls=[], transcript_object=[])
    assert call.transcript[0] == Turn(Speaker.ASSISTANT, "Good afternoon, Brightwell Plumbing. What's going on today?")
    assert len(call.transcript) == 6


def test_it_prefers_the_transcript_without_personal_data():
    entries = [{"role": "user", "content": "My name is [name]", "words": None}]
    assert ended(scrubbed_transcript_with_tool_calls=entries).transcript == (Turn(Speaker.CALLER, "My name is [name]"),)


@pytest.mark.parametrize(
    ("changes", "recording"),
    [
        ({"scrubbed_recording_url": f"{STORAGE}/scrubbed.wav"}, (f"{STORAGE}/scrubbed.wav", 1)),
        (
            {"scrubbed_recording_url": f"{STORAGE}/s.wav", "scrubbed_recording_multi_channel_url": f"{STORAGE}/m.wav"},
            (f"{STORAGE}/m.wav", 2),
        ),
        ({"recording_multi_channel_url": None}, (f"{STORAGE}/recording.wav", 1)),
        ({"recording_multi_channel_url": None, "recording_url": ""}, None),
    ],
)
def test_it_takes_the_best_recording_there_is(changes, recording):
    assert ended(**changes).recording == (recording and RecordingReference(*recording))


def test_it_reads_what_else_a_transcript_may_hold():
    turns = with_entries(
        {"role": "node_transition", "new_node_name": "greet"},
        {"role": "agent", "content": "Press one", "words": [{"word": "Press", "start": 1, "end": None}]},
        {"role": "dtmf", "digit": "1", "time_sec": 2.5},
        {"role": "transfer_target", "content": "Hello, sales", "words": [{"start": 4.0, "end": 5.5}]},
        {"role": "sms", "content": None},
    )
    assert turns == (
        Turn(Speaker.ASSISTANT, "Press one", 1.0),
        Turn(Speaker.CALLER, "DTMF 1", 2.5),
        Turn(Speaker.SYSTEM, "Hello, sales", 4.0, 5.5, name="transfer_target"),
    )


def test_a_tool_with_times_has_a_response_time():
    call = ended(
        transcript_with_tool_calls=[
            {"role": "tool_call_invocation", "tool_call_id": "t", "name": "f", "arguments": "{}", "time_sec": 8.1},
            {"role": "tool_call_result", "tool_call_id": "t", "content": "no", "successful": False, "time_sec": "9.25"},
        ],
        latency=None,
    )
    assert call.transcript == (Turn(Speaker.TOOL, "{}", 8.1, 9.25, name="f", result="no", is_error=True),)
    assert call.response_times == (Latency(ResponseKind.TOOL, 1150, 8100, "f"),)


@pytest.mark.parametrize(
    ("product", "component"),
    [
        ("us_telephony", Component.TELEPHONY),
        ("openai_tts", Component.TTS),
        ("deepgram_asr", Component.STT),
        ("claude_4_6_sonnet", Component.LLM),
        ("post_call_analysis", Component.ANALYSIS),
        ("retell_platform", Component.PLATFORM),
        ("knowledge_base", Component.OTHER),
        (None, Component.OTHER),
    ],
)
def test_it_sorts_products_by_their_words(product, component):
    call = ended(call_cost={"product_costs": [{"product": product, "cost": "0.5"}]})
    assert [(part.component, part.amount.value) for part in call.cost_items] == [(component, Decimal("0.5"))]


def test_unmeasured_response_times_are_left_out():
    assert ended(latency={"llm": {"values": [None, -1, "510", "?"]}, "tts": None}).response_times == (
        Latency(ResponseKind.LLM, 510),
    )


def test_null_variables_were_not_captured():
    assert ended(collected_dynamic_variables={"a": None, "b": 0}).variables == {"b": 0}


# A call object without its envelope


@pytest.mark.parametrize(("event", "sequence"), [(STARTED, 0), (ENDED, 3), (ANALYZED, 4)])
def test_a_call_object_gives_the_same_call_as_its_event(event, sequence):
    call, told = parsed(event["call"]), parsed(event)
    assert (call.status, call.sequence, call.observed_at) == (told.status, sequence, told.observed_at)
    assert (call.transcript, call.variables, call.duration_ms) == (told.transcript, told.variables, told.duration_ms)


# What is refused or not used


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"call.call_id": MISSING}, "call.call_id: is missing; takes text"),
        ({"call.call_id": ["a"]}, "call.call_id: takes text, not ['a']"),
        ({"call.start_timestamp": "abc"}, "call.start_timestamp: takes epoch milliseconds, not 'abc'"),
        ({"call.start_timestamp": -5}, "call.start_timestamp: takes epoch milliseconds, not -5"),
        ({"call.call_cost.combined_cost": "much"}, "call.call_cost.combined_cost: takes an amount from 0"),
        ({"call.duration_ms": -1}, "call.duration_ms: takes milliseconds from 0 to 2147483647, not -1"),
        ({"call.transcript_with_tool_calls.0.words": "a"}, "call.transcript_with_tool_calls[0].words: takes a list"),
    ],
)
def test_it_says_what_is_wrong_and_where(changes, reason):
    assert rejection(changed(ENDED, changes)).startswith(reason)


def test_it_does_not_use_other_events():
    assert ignored(changed(ENDED, {"event": "chat_ended"})) == "Retell sends chat_ended; the call log does not use it"
