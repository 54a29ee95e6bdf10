"""The native format, strict, as JSON and as CSV; and what an export wrote."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import Amount, CostPart, Latency, Named, NormalisedCall, RecordingReference, Turn
from calls.ingest.providers import recognise
from calls.ingest.tests.payloads import MISSING, changed, parsed, rejection

# The example of the documented format.
CALL = {
    "id": "c-1001",
    "source": "my-dialler",
    "assistant": {"id": "support", "name": "Support line"},
    "campaign": {"id": "spring", "name": "Spring renewals"},
    "direction": "inbound",
    "from_number": "+12025550123",
    "to_number": "+12025550100",
    "status": "completed",
    "ended_reason": "customer-ended-call",
    "ended_by": "caller",
    "started_at": "2026-11-20T14:03:11.250Z",
    "answered_at": "2026-11-20T14:03:14Z",
    "ended_at": "2026-11-20T14:04:02Z",
    "duration_seconds": 48.0,
    "cost": "1.2500",
    "cost_items": [
        {"component": "llm", "amount": "0.4000"},
        {"component": "telephony", "amount": "0.8500"},
    ],
    "transcript": [
        {
            "speaker": "assistant",
            "start_seconds": 0.0,
            "end_seconds": 2.4,
            "text": "Hello! How can I help you today?",
        },
        {"speaker": "caller", "start_seconds": 3.1, "text": "I need to check on my order status"},
        {"speaker": "tool", "start_seconds": 6.0, "name": "order_status", "text": '{"order": "12345"}'},
    ],
    "variables": {"status": "completed", "order_checked": True, "order_id": "12345", "customer_satisfied": True},
    "response_times": [
        {"kind": "llm", "at_seconds": 3.9, "duration_ms": 640},
        {"kind": "tool", "name": "order_status", "at_seconds": 6.0, "duration_ms": 210},
    ],
    "recording": {"url": "https://media.example.com/c-1001.wav", "channels": 2},
    "metadata": {"queue": "east"},
}
SMALLEST = {"id": "c-1", "status": "completed", "started_at": "2026-11-20T14:03:11Z"}

EXPECTED = NormalisedCall(
    source="my-dialler",
    external_id="c-1001",
    assistant=Named("support", "Support line"),
    campaign=Named("spring", "Spring renewals"),
    direction=Direction.INBOUND,
    from_number="+12025550123",
    to_number="+12025550100",
    status=Status.COMPLETED,
    ended_reason="customer-ended-call",
    ended_by=EndedBy.CALLER,
    started_at=datetime(2026, 11, 20, 14, 3, 11, 250000, UTC),
    answered_at=datetime(2026, 11, 20, 14, 3, 14, tzinfo=UTC),
    ended_at=datetime(2026, 11, 20, 14, 4, 2, tzinfo=UTC),
    duration_ms=48000,
    cost=Amount(Decimal("1.2500"), "credits", "cost"),
    cost_items=(
        CostPart(Component.LLM, Amount(Decimal("0.4000"), "credits", "cost_items[0].amount")),
        CostPart(Component.TELEPHONY, Amount(Decimal("0.8500"), "credits", "cost_items[1].amount")),
    ),
    transcript=(
        Turn(Speaker.ASSISTANT, "Hello! How can I help you today?", 0.0, 2.4),
        Turn(Speaker.CALLER, "I need to check on my order status", 3.1),
        Turn(Speaker.TOOL, '{"order": "12345"}', 6.0, name="order_status"),
    ),
    variables={"status": "completed", "order_checked": True, "order_id": "12345", "customer_satisfied": True},
    response_times=(
        Latency(ResponseKind.LLM, 640, 3900),
        Latency(ResponseKind.TOOL, 210, 6000, "order_status"),
    ),
    recording=RecordingReference("https://media.example.com/c-1001.wav", 2),
    metadata={"queue": "east"},
)


def cells(call):
    """The call as a row of a CSV file: text everywhere, JSON where it is nested."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in call.items()}


def test_it_reads_every_field():
    assert parsed(CALL) == EXPECTED


def test_it_reads_every_field_of_a_csv_row():
    assert parsed(cells(CALL)) == EXPECTED


def test_it_needs_three_fields_only():
    started_at = datetime(2026, 11, 20, 14, 3, 11, tzinfo=UTC)
    assert parsed(SMALLEST) == NormalisedCall("callmon", "c-1", status=Status.COMPLETED, started_at=started_at)


def test_null_and_empty_text_mean_not_known():
    others = [name for name in CALL if name not in SMALLEST]
    assert parsed({**SMALLEST, **dict.fromkeys(others)}) == parsed(SMALLEST)
    assert parsed({**SMALLEST, **dict.fromkeys(others, "")}) == parsed(SMALLEST)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-20T15:03:11.25+01:00", datetime(2026, 11, 20, 14, 3, 11, 250000, UTC)),
        ("2026-11-20 14:03:11z", datetime(2026, 11, 20, 14, 3, 11, tzinfo=UTC)),
        (1795183391, datetime(2026, 11, 20, 14, 3, 11, tzinfo=UTC)),
        (1795183391.25, datetime(2026, 11, 20, 14, 3, 11, 250000, UTC)),
        ("1795183391", datetime(2026, 11, 20, 14, 3, 11, tzinfo=UTC)),
        (Decimal("1795183391.000001"), datetime(2026, 11, 20, 14, 3, 11, 1, UTC)),
    ],
)
def test_times_have_an_offset_or_are_epoch_seconds(value, moment):
    assert parsed({**SMALLEST, "started_at": value}).started_at == moment


@pytest.mark.parametrize("value", ["1.25", 1.25, Decimal("1.25"), " 1.25 "])
def test_the_cost_is_a_decimal_in_text_or_a_number(value):
    assert parsed({**SMALLEST, "cost": value}).cost == Amount(Decimal("1.25"), "credits", "cost")


def test_an_id_may_be_a_number():
    assert parsed({**SMALLEST, "id": 1001}).external_id == "1001"


@pytest.mark.parametrize(
    ("value", "assistant"),
    [
        ("support", Named("support")),
        ({"id": "support"}, Named("support")),
        ({"name": "Support line"}, Named("", "Support line")),
        ({}, None),
    ],
)
def test_an_assistant_is_an_object_or_plain_text(value, assistant):
    assert parsed({**SMALLEST, "assistant": value}).assistant == assistant


def test_variables_keep_their_type():
    variables = {"a": None, "b": [1, {"c": 2.5}], "d": "1", "e": False, "f": ""}
    assert parsed({**SMALLEST, "variables": variables}).variables == variables


def test_a_tool_turn_keeps_result_and_error():
    turn = {"speaker": "tool", "name": "f", "text": {"a": 1}, "result": [2], "is_error": True}
    assert parsed({**SMALLEST, "transcript": [turn]}).transcript == (
        Turn(Speaker.TOOL, '{"a": 1}', name="f", result="[2]", is_error=True),
    )


def test_turns_stand_in_the_order_of_speech_and_empty_ones_are_left_out():
    turns = [
        {"speaker": "caller", "text": "third", "start_seconds": 5},
        {"speaker": "tool", "name": "fourth"},
        {"speaker": "caller", "text": "first", "start_seconds": 1},
        {"speaker": "assistant", "text": "second", "start_seconds": 2},
        {"speaker": "assistant", "text": ""},
    ]
    transcript = parsed({**SMALLEST, "transcript": turns}).transcript
    assert [turn.text or turn.name for turn in transcript] == ["first", "second", "third", "fourth"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": MISSING}, "id: is missing; takes text"),
        ({"status": MISSING}, "status: is missing; takes one of initiated, ringing, in_progress, completed, busy"),
        ({"status": "done"}, "status: takes one of initiated, ringing, in_progress, completed, busy, unanswered"),
        ({"status": {"a": 1}}, "status: takes one of initiated"),
        ({"started_at": None}, "started_at: is missing; takes RFC 3339 with an offset or epoch seconds"),
        ({"started_at": 0}, "started_at: takes RFC 3339 with an offset or epoch seconds, between 2000 and 2100, not 0"),
        ({"started_at": "2026-11-20T14:03:11"}, "started_at: takes RFC 3339 with an offset or epoch seconds"),
        ({"started_at": 1795183391000}, "started_at: takes RFC 3339 with an offset or epoch seconds"),
        ({"ended_at": "9999-12-31T23:59:59-05:00"}, "ended_at: takes RFC 3339 with an offset or epoch seconds"),
        ({"direction": "sideways"}, "direction: takes one of inbound, outbound, web, not 'sideways'"),
        ({"ended_by": "me"}, "ended_by: takes one of caller, assistant, system, transfer, not 'me'"),
        ({"duration_seconds": "48s"}, "duration_seconds: takes seconds from 0 to 2147483, not '48s'"),
        ({"duration_seconds": -1}, "duration_seconds: takes seconds from 0 to 2147483, not -1"),
        ({"duration_seconds": True}, "duration_seconds: takes seconds from 0 to 2147483, not True"),
        ({"cost": "NaN"}, "cost: takes an amount from 0 to 100000000 in credits, not 'NaN'"),
        ({"cost": "1e999999"}, "cost: takes an amount from 0 to 100000000 in credits, not '1e999999'"),
        ({"from_number": "1" * 121}, "from_number: takes at most 120 characters, not '111"),
        ({"source": "s" * 41}, "source: takes at most 40 characters"),
        ({"ended_reason": "r" * 201}, "ended_reason: takes at most 200 characters"),
        ({"duration": 48}, "duration: is no field; they are id, source, assistant, campaign, direction"),
        ({"assistant.title": "x"}, "assistant.title: is no field; they are id, name"),
        ({"cost_items.0.component": "brain"}, "cost_items[0].component: takes one of llm, stt, tts, telephony"),
        ({"cost_items.1.amount": None}, "cost_items[1].amount: is missing; takes an amount in credits"),
        ({"transcript.1.speaker": "robot"}, "transcript[1].speaker: takes one of assistant, caller, tool, system"),
        ({"transcript.1.text": MISSING}, "transcript[1].text: is missing; takes text"),
        ({"transcript.1.start_seconds": -1}, "transcript[1].start_seconds: takes seconds from 0 to 2147483, not -1"),
        (
            {"transcript.0.start_seconds": 3},
            "transcript[0].end_seconds: takes seconds from start_seconds (3) on, not 2.4",
        ),
        ({"transcript.0.at": 3}, "transcript[0].at: is no field; they are speaker, start_seconds"),
        ({"transcript": {"a": 1}}, "transcript: takes a list, not {'a': 1}"),
        ({"transcript": "[{]"}, "transcript: takes JSON, not '[{]'"),
        ({"transcript": "hello"}, "transcript: takes a list, not 'hello'"),
        ({"variables": ["a"]}, "variables: takes an object, not ['a']"),
        ({"variables": {"x" * 201: 1}}, "variables: takes names of 1 to 200 characters, not 'xxx"),
        ({"response_times.0.kind": "dns"}, "response_times[0].kind: takes one of llm, stt, tts, tool, turn, not 'dns'"),
        ({"response_times.0.duration_ms": None}, "response_times[0].duration_ms: is missing; takes milliseconds"),
        ({"recording.url": "file:///etc/passwd"}, "recording.url: takes an http or https address, not 'file:///etc"),
        ({"recording.url": None}, "recording.url: is missing; takes an http or https address"),
        ({"recording.channels": 1.5}, "recording.channels: takes a whole number from 1 to 32, not 1.5"),
        ({"recording.channels": 99}, "recording.channels: takes a whole number from 1 to 32, not 99"),
        ({"metadata": "east"}, "metadata: takes an object, not 'east'"),
    ],
)
def test_it_says_what_is_wrong_and_where(changes, reason):
    assert rejection(changed(CALL, changes)).startswith(reason)


def test_it_refuses_json_that_nests_too_deep():
    value = "deep"
    for _ in range(50):
        value = [value]
    assert (
        rejection(changed(CALL, {"variables.v": value})) == "variables.v: takes at most 40 levels of lists and objects"
    )


def test_a_deep_value_in_the_wrong_place_is_refused_too():
    value = json.loads("[" * 900 + "]" * 900)
    assert rejection(changed(SMALLEST, {"id": value})) == "id: takes text, not [[[[...]]]]"


def test_it_leaves_out_what_no_database_keeps():
    call = parsed(
        {**CALL, "ended_reason": "a\x00b", "variables": {"n\x00": "x\x00y", "half": "\ud800", "nan": float("nan")}}
    )
    assert call.ended_reason == "ab"
    assert call.variables == {"n": "xy", "half": "?", "nan": None}


# Whose payload it is


def test_a_misspelt_or_missing_field_still_is_the_native_format():
    assert recognise(changed(CALL, {"id": MISSING})).NAME == "callmon"
    assert recognise({"id": "1", "status": "completed", "started": "2026-11-20T14:03:11Z"}).NAME == "callmon"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        None,
        "text",
        {"id": 712044, "customer_phone": "+12025550108", "duration": 131, "status": "completed", "input_variables": {}},
        {"call_id": "7c2b", "to": "+12025550144", "from": "+12025550135", "status": "completed"},
    ],
)
def test_other_payloads_are_nobodys(payload):
    assert recognise(payload) is None
