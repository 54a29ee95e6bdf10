"""Vapi: payloads unlike the samples, Call objects, and what is refused or not used."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, ResponseKind, Speaker, Status
from calls.ingest.normalised import Amount, Latency, Named, RecordingReference, Turn
from calls.ingest.tests.payloads import MISSING, changed, ignored, parsed, rejection
from calls.ingest.tests.test_providers_vapi import REPORT, UPDATE, report, with_messages


@pytest.mark.parametrize(
    ("changes", "duration_ms"),
    [
        ({"durationMs": "29980"}, 29980),
        ({"durationMs": None}, 29980),
        ({"durationMs": None, "durationSeconds": "31.5"}, 31500),
        ({"durationMs": None, "durationSeconds": None, "durationMinutes": 0.5}, 30000),
        ({"durationMs": None, "durationSeconds": None, "durationMinutes": None}, 29980),
        ({"durationMs": None, "durationSeconds": None, "durationMinutes": None, "endedAt": None}, None),
    ],
)
def test_it_reads_the_duration_in_any_unit_or_counts_it(changes, duration_ms):
    assert report(**changes).duration_ms == duration_ms


@pytest.mark.parametrize("value", ["0.0549", 0.0549, " 0.0549 "])
def test_it_reads_money_without_binary_noise(value):
    assert report(cost=value).cost.value == Decimal("0.0549")


def test_it_rounds_off_the_noise_of_a_sum():
    assert report(cost=0.1 + 0.2).cost.value == Decimal("0.3")


def test_it_reads_the_cost_breakdown_when_there_are_no_costs():
    call = report(costs=[], cost=None)
    assert call.cost == Amount(Decimal("0.0549"), "USD", "message.costBreakdown.total")
    assert [(part.component, part.amount.value) for part in call.cost_items] == [
        (Component.TELEPHONY, Decimal("0.0042")),
        (Component.STT, Decimal("0.0051")),
        (Component.LLM, Decimal("0.0067")),
        (Component.TTS, Decimal("0.0123")),
        (Component.PLATFORM, Decimal("0.025")),
        (Component.ANALYSIS, Decimal("0.0009")),
        (Component.ANALYSIS, Decimal("0.0007")),
    ]


def test_it_takes_other_costs_as_other():
    call = report(costs=[{"type": "knowledge-base", "cost": 0.01}, {"type": "new", "cost": 0}, {"type": "vapi"}])
    assert [(part.component, part.label) for part in call.cost_items] == [
        (Component.OTHER, "knowledge-base"),
        (Component.OTHER, "new"),
    ]


def test_a_web_call_has_no_numbers():
    call = report(call__type="webCall", call__customer=MISSING, customer=MISSING, phoneNumber=None)
    assert (call.direction, call.from_number, call.to_number) == (Direction.WEB, None, None)


def test_a_sip_customer_has_an_address():
    assert report(customer={"sipUri": "sip:jo@pbx.example.com"}).from_number == "sip:jo@pbx.example.com"


def test_an_unknown_call_type_has_no_direction():
    call = report(call__type="carrierPigeon")
    assert (call.direction, call.from_number) == (None, "+12025550117")


@pytest.mark.parametrize(
    ("changes", "assistant"),
    [
        ({"call__assistantId": None}, Named("", "Larkspur Front Desk")),
        ({"call__assistantId": None, "assistant": {"id": "a1"}}, Named("a1")),
        ({"call__assistantId": None, "assistant": None, "call__squadId": "s1"}, Named("s1")),
        ({"call__assistantId": None, "assistant": None}, None),
    ],
)
def test_it_names_the_assistant_with_what_it_has(changes, assistant):
    assert report(**changes).assistant == assistant


def test_without_a_creation_time_the_call_starts_when_it_is_answered_or_told_of():
    assert report(call__createdAt=None).started_at == datetime(2026, 7, 14, 15, 2, 11, 734000, UTC)
    call = report(call__createdAt=None, startedAt=MISSING)
    assert call.started_at == datetime(2026, 7, 14, 15, 2, 47, 864000, UTC)


def test_it_reads_epoch_times_as_float_and_in_seconds():
    assert report(timestamp=1.784041367864e12).observed_at == parsed(REPORT).observed_at
    assert report(timestamp="1784041367.864").observed_at == parsed(REPORT).observed_at


def test_it_counts_offsets_from_times_over_a_hand_over():
    turns = with_messages(
        {"role": "bot", "message": "Hello", "time": 1784041332000, "secondsFromStart": 1.0},
        {"role": "bot", "message": "New assistant", "time": 1784041341000.0, "secondsFromStart": 0},
        {"role": "user", "message": "Hi", "time": 1784041345.5, "secondsFromStart": 4.5},
    )
    assert [turn.start_seconds for turn in turns] == [1.0, 10.0, 14.5]


def test_it_takes_seconds_from_start_when_a_message_has_no_time():
    turns = with_messages(
        {"role": "bot", "message": "Hello", "secondsFromStart": 1.5},
        {"role": "user", "message": "Hi", "secondsFromStart": "3.25"},
        {"role": "bot", "message": "No time at all"},
    )
    assert [turn.start_seconds for turn in turns] == [1.5, 3.25, None]


def test_it_does_not_trust_the_duration_of_a_message():
    message = {"role": "bot", "message": "Hello", "time": 1784041332000, "secondsFromStart": 1, "duration": 3920}
    assert with_messages(message)[0].end_seconds is None


def test_it_orders_turns_by_speech():
    turns = with_messages(
        {"role": "bot", "message": "second", "time": 1784041336000, "secondsFromStart": 5},
        {"role": "user", "message": "first", "time": 1784041333000, "secondsFromStart": 2},
    )
    assert [turn.text for turn in turns] == ["first", "second"]


def test_another_role_is_the_system_with_its_word():
    turns = with_messages({"role": "supervisor", "message": "Joined"}, {"role": None, "message": "?"})
    assert turns == (Turn(Speaker.SYSTEM, "Joined", name="supervisor"), Turn(Speaker.SYSTEM, "?"))


def test_it_keeps_a_tool_result_whose_call_is_missing():
    result = {"role": "tool_call_result", "name": "lookup", "toolCallId": "x", "result": {"ok": True}}
    assert with_messages(result) == (Turn(Speaker.TOOL, "", name="lookup", result='{"ok": true}'),)


def test_it_reads_tool_arguments_given_as_an_object():
    call = {"role": "tool_calls", "toolCalls": [{"id": "x", "function": {"name": "f", "arguments": {"a": 1}}}]}
    assert with_messages(call) == (Turn(Speaker.TOOL, '{"a": 1}', name="f"),)


def test_it_falls_back_to_the_messages_beside_the_artifact():
    assert report(artifact={"messages": []}).transcript == parsed(REPORT).transcript


def test_it_falls_back_to_the_form_of_openai():
    openai = [
        {"role": "system", "content": "A prompt"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "1"}}],
        },
        {"role": "tool", "tool_call_id": "x", "content": "2"},
        {"role": "assistant", "content": "Done"},
        {"role": "user", "content": "Thanks"},
    ]
    call = report(artifact={"messagesOpenAIFormatted": openai}, messages=None)
    assert call.transcript == (
        Turn(Speaker.TOOL, "1", name="f", result="2"),
        Turn(Speaker.ASSISTANT, "Done"),
        Turn(Speaker.CALLER, "Thanks"),
    )


def test_it_falls_back_to_lines_of_text():
    call = report(artifact=None, messages=None, transcript="AI: Hello.\nHow are you?\nUser: Fine: thanks.\n")
    assert call.transcript == (Turn(Speaker.ASSISTANT, "Hello. How are you?"), Turn(Speaker.CALLER, "Fine: thanks."))


def test_response_times_have_no_place_when_their_number_is_another():
    latencies = [{"modelLatency": 500, "voiceLatency": None}, {"turnLatency": "1200.4"}]
    call = report(artifact__performanceMetrics={"turnLatencies": latencies})
    assert call.response_times[:2] == (Latency(ResponseKind.LLM, 500), Latency(ResponseKind.TURN, 1200))


def test_it_reads_variables_of_every_kind():
    call = report(
        analysis__structuredData=["a", 1],
        analysis__structuredDataMulti=[{"mood": "good", "left": None}],
        artifact__structuredOutputs={"x": {"name": "score", "result": 4.5}, "y": {"result": "unnamed"}},
    )
    assert call.variables == {"structuredData": ["a", 1], "mood": "good", "score": 4.5, "y": "unnamed"}


def test_a_long_name_of_a_variable_is_cut():
    assert report(analysis={"structuredData": {"n" * 300: 1}}, artifact=None).variables == {"n" * 200: 1}


def test_a_ringing_call_was_not_answered():
    changes = {"message.status": "ringing", "message.startedAt": "2026-07-14T15:02:11Z"}
    assert parsed(changed(UPDATE, changes)).answered_at is None


@pytest.mark.parametrize(
    ("artifact", "recording"),
    [
        ({"recording": {"stereoUrl": "https://a.example.com/s.wav"}}, ("https://a.example.com/s.wav", 2)),
        ({"presignedMonoUrl": "https://a.example.com/m.wav?s=1"}, ("https://a.example.com/m.wav?s=1", 1)),
        ({"recording": {"mono": {"combinedUrl": "https://a.example.com/c.wav"}}}, ("https://a.example.com/c.wav", 1)),
        ({"recordingUrl": "not an address"}, None),
        ({"recordingUrl": f"https://a.example.com/{'x' * 2000}"}, None),
    ],
)
def test_it_takes_the_best_recording_there_is(artifact, recording):
    call = report(artifact=artifact, recordingUrl=None, stereoRecordingUrl=None)
    assert call.recording == (recording and RecordingReference(*recording))


def test_prompts_secrets_and_control_addresses_stay_out():
    call = report(
        assistant__model__messages=[{"role": "system", "content": "PROMPT"}],
        artifact__variableValues={
            "api_key": "PROMPT",
            "link": "https://a.example.com/x?X-Amz-Signature=PROMPT",
            "a": 1,
        },
        call__monitor={"controlUrl": "https://PROMPT.example.com"},
    )
    assert "PROMPT" not in str(call)
    assert call.metadata["variableValues"] == {"a": 1}


# A Call object without its envelope


def call_object(**changes):
    """GET /call: the call with everything that a report has beside it."""
    message = {name: value for name, value in REPORT["message"].items() if name not in ("call", "type", "timestamp")}
    call = {**REPORT["message"]["call"], **message, "status": "ended", "updatedAt": "2026-07-14T15:03:00.000Z"}
    return changed(call, changes)


def test_a_call_object_gives_the_same_call_as_its_report():
    call, reported = parsed(call_object()), parsed(REPORT)
    names = (
        "external_id status ended_reason ended_by assistant direction from_number to_number started_at answered_at "
        "ended_at duration_ms transcript variables response_times recording"
    )
    for name in names.split():
        assert getattr(call, name) == getattr(reported, name), name
    assert call.cost == Amount(Decimal("0.0549"), "USD", "cost")
    assert call.observed_at == datetime(2026, 7, 14, 15, 3, tzinfo=UTC)


def test_the_status_of_a_call_object_counts():
    call = parsed(call_object(status="queued", endedReason=None, endedAt=None, startedAt=None))
    assert (call.status, call.cost, call.duration_ms) == (Status.INITIATED, None, None)


# What is refused or not used


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"message.call.id": MISSING}, "message.call.id: is missing; takes text"),
        ({"message.call.id": {}}, "message.call.id: takes text, not {}"),
        ({"message.call.id": "x" * 201}, "message.call.id: takes at most 200 characters, not 'x"),
        ({"message.call": None}, "message.call.id: is missing; takes text"),
        ({"message.call": []}, "message.call: takes an object, not []"),
        ({"message.type": None}, "message.type: is missing; takes text"),
        ({"message.startedAt": "yesterday"}, "message.startedAt: takes a time with its offset, such as"),
        ({"message.startedAt": "2026-07-14T15:02:11"}, "message.startedAt: takes a time with its offset, such as"),
        ({"message.timestamp": "abc"}, "message.timestamp: takes epoch milliseconds, not 'abc'"),
        ({"message.cost": "free"}, "message.cost: takes an amount from 0 to 100000000 in USD, not 'free'"),
        ({"message.cost": -1}, "message.cost: takes an amount from 0 to 100000000 in USD, not -1"),
        ({"message.durationMs": 1e12}, "message.durationMs: takes milliseconds from 0 to 2147483647, not 1"),
        ({"message.artifact.messages": "hi"}, "message.artifact.messages: takes a list, not 'hi'"),
        ({"message.artifact.messages.1": 7}, "message.artifact.messages[1]: takes an object, not 7"),
        ({"message.artifact.messages.1.message": True}, "message.artifact.messages[1].message: takes text, not True"),
    ],
)
def test_it_says_what_is_wrong_and_where(changes, reason):
    assert rejection(changed(REPORT, changes)).startswith(reason)


@pytest.mark.parametrize("kind", ["speech-update", "conversation-update", "assistant-request", "call.deleted", "new"])
def test_it_does_not_use_other_messages(kind):
    assert ignored({"message": {"type": kind}}) == f"Vapi sends {kind}; the call log does not use it"
