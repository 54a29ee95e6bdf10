"""Retell: what becomes of its events and call objects."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import Amount, Named, RecordingReference, Turn
from calls.ingest.tests.payloads import MISSING, changed, parsed, sample, status_map

STARTED = sample("retell_call_started_completed")
ENDED = sample("retell_call_ended_completed")
ANALYZED = sample("retell_call_analyzed_completed")
MAP = status_map("retell")
STORAGE = "https://retell-recordings.example.com/call_8f2a61c07d3b4e95b1d0c46e7ab"


def ended(**changes):
    """The call_ended sample with changes below `call`; `__` stands for a dot."""
    return parsed(changed(ENDED, {f"call.{name.replace('__', '.')}": value for name, value in changes.items()}))


def with_entries(*entries):
    return ended(transcript_with_tool_calls=list(entries), transcript_object=MISSING, transcript=MISSING).transcript


# The samples, field by field


@pytest.mark.parametrize("event", [STARTED, ENDED, ANALYZED])
def test_every_event_names_the_call_its_assistant_and_numbers(event):
    call = parsed(event)
    assert (call.source, call.external_id) == ("retell", "call_8f2a61c07d3b4e95b1d0c46e7ab")
    assert call.assistant == Named("agent_4d1b7f2c9e0a83556f71c2d8ab", "Brightwell intake")
    assert call.campaign is None
    assert (call.direction, call.from_number, call.to_number) == (Direction.INBOUND, "+12025550126", "+12025550170")
    assert call.started_at == datetime(2026, 7, 15, 13, 20, 5, 412000, UTC)


def test_a_started_call_is_in_progress():
    call = parsed(STARTED)
    assert (call.status, call.raw_status) == (Status.IN_PROGRESS, "ongoing")
    assert (call.ended_at, call.ended_reason, call.ended_by, call.duration_ms) == (None, None, None, None)
    assert (call.cost, call.transcript, call.recording) == (None, (), None)
    assert call.answered_at == call.started_at


@pytest.mark.parametrize("event", [ENDED, ANALYZED])
def test_an_ended_call_has_status_times_and_talk_time(event):
    call = parsed(event)
    assert (call.status, call.raw_status) == (Status.COMPLETED, "ended")
    assert (call.ended_reason, call.ended_by) == ("user_hangup", EndedBy.CALLER)
    assert call.answered_at == datetime(2026, 7, 15, 13, 20, 5, 412000, UTC)
    assert call.ended_at == datetime(2026, 7, 15, 13, 20, 32, 242000, UTC)
    assert call.duration_ms == 26830


@pytest.mark.parametrize("event", [ENDED, ANALYZED])
def test_it_reads_the_cost_in_us_cents_with_its_parts(event):
    call = parsed(event)
    assert call.cost == Amount(Decimal("5.814"), "USD cents", "call.call_cost.combined_cost")
    assert [(part.component, part.amount.value, part.label) for part in call.cost_items] == [
        (Component.TTS, Decimal("3.1309"), "elevenlabs_tts"),
        (Component.LLM, Decimal("2.0123"), "gpt_4_1"),
        (Component.TELEPHONY, Decimal("0.6708"), "telephony"),
    ]
    assert call.cost_items[1].amount.path == "call.call_cost.product_costs[1].cost"


@pytest.mark.parametrize("event", [ENDED, ANALYZED])
def test_it_reads_the_transcript_in_order_with_word_times(event):
    assert [(turn.speaker, turn.start_seconds, turn.end_seconds) for turn in parsed(event).transcript] == [
        (Speaker.ASSISTANT, 0.62, 3.9),
        (Speaker.CALLER, 5.0, 7.8),
        (Speaker.TOOL, None, None),
        (Speaker.ASSISTANT, 10.1, 13.7),
        (Speaker.CALLER, 14.9, 17.0),
        (Speaker.ASSISTANT, 18.2, 22.4),
        (Speaker.CALLER, 23.3, 24.1),
    ]


def test_it_joins_a_tool_result_to_its_call():
    assert parsed(ANALYZED).transcript[2] == Turn(
        Speaker.TOOL,
        '{"job":"water heater leak","date":"2026-07-15"}',
        name="check_availability",
        result='{"windows":["15:00-17:00"]}',
        is_error=False,
    )


def test_the_analysis_adds_to_the_captured_variables():
    collected = {"job_type": "water heater leak", "window": "15:00-17:00"}
    assert parsed(STARTED).variables == {}
    assert parsed(ENDED).variables == collected
    assert parsed(ANALYZED).variables == {**collected, "emergency": True, "booked": True}


def test_it_reads_every_measured_response_time():
    assert [(time.kind, time.duration_ms, time.at_ms) for time in parsed(ANALYZED).response_times] == [
        *[(ResponseKind.TURN, ms, None) for ms in (1120, 980, 1342)],
        *[(ResponseKind.STT, ms, None) for ms in (90, 104, 88)],
        *[(ResponseKind.LLM, ms, None) for ms in (540, 488, 702)],
        *[(ResponseKind.TTS, ms, None) for ms in (210, 198, 233)],
    ]


def test_it_prefers_the_recording_with_a_channel_for_each_side():
    assert parsed(ANALYZED).recording == RecordingReference(f"{STORAGE}/recording_multichannel.wav", 2)


def test_it_keeps_what_else_was_said_as_metadata():
    metadata = parsed(ANALYZED).metadata
    assert metadata["call_summary"].startswith("A customer reported a leaking water heater")
    assert (metadata["user_sentiment"], metadata["call_successful"]) == ("Positive", True)
    assert metadata["metadata"] == {"branch": "east"}
    assert metadata["retell_llm_dynamic_variables"] == {"customer_tier": "standard"}
    assert metadata["telephony_identifier"] == {"twilio_call_sid": "CA19be0a7c6d5e4f30211a2b3c4d5e6f70"}


def test_events_of_one_call_know_their_order():
    calls = [parsed(event) for event in (STARTED, ENDED, ANALYZED)]
    assert [(call.observed_at, call.sequence) for call in calls] == [
        (datetime(2026, 7, 15, 13, 20, 5, 412000, UTC), 0),
        (datetime(2026, 7, 15, 13, 20, 32, 242000, UTC), 3),
        (datetime(2026, 7, 15, 13, 20, 32, 242000, UTC), 4),
    ]


# Status


@pytest.mark.parametrize(("reason", "status"), MAP["ended_reason_exact"].items())
def test_it_knows_each_disconnection_reason(reason, status):
    assert ended(disconnection_reason=reason).status == status


@pytest.mark.parametrize("word", ["registered", "ongoing", "error"])
def test_it_knows_each_status_that_means_something_alone(word):
    call = parsed(changed(STARTED, {"call.call_status": word}))
    assert (call.status, call.raw_status) == (MAP["status"][word], word)


@pytest.mark.parametrize(("word", "status"), [("ended", "completed"), ("not_connected", "failed")])
def test_the_other_statuses_stand_in_for_a_missing_reason(word, status):
    assert ended(call_status=word, disconnection_reason=None).status == status


@pytest.mark.parametrize("reason", ["error_llm_websocket_open", "concurrency_limit_reached", "dial_failed", "new_one"])
def test_it_takes_every_other_reason_as_failed(reason):
    call = ended(disconnection_reason=reason)
    assert (call.status, call.ended_reason, call.ended_by) == (Status.FAILED, reason, EndedBy.SYSTEM)


def test_voicemail_is_what_the_analysis_says_first():
    call = parsed(changed(ANALYZED, {"call.call_analysis.in_voicemail": True}))
    assert (call.status, call.ended_reason) == (Status.VOICEMAIL, "user_hangup")


@pytest.mark.parametrize(("event", "status"), [(STARTED, "in_progress"), (ENDED, "failed")])
def test_an_unknown_status_is_open_until_there_is_an_end(event, status):
    changes = {"call.call_status": "dreaming", "call.disconnection_reason": None}
    assert parsed(changed(event, changes)).status == status


@pytest.mark.parametrize(
    ("reason", "who"),
    [
        ("user_hangup", EndedBy.CALLER),
        ("agent_hangup", EndedBy.ASSISTANT),
        ("call_transfer", EndedBy.TRANSFER),
        ("inactivity", EndedBy.SYSTEM),
    ],
)
def test_it_says_who_ended_the_call(reason, who):
    assert ended(disconnection_reason=reason).ended_by == who


@pytest.mark.parametrize("reason", ["dial_busy", "dial_no_answer", "error_user_not_joined"])
def test_nobody_answered_a_call_that_did_not_connect(reason):
    call = ended(call_status="not_connected", disconnection_reason=reason, duration_ms=0)
    assert (call.answered_at, call.duration_ms) == (None, None)


def test_a_failed_call_was_answered_when_it_had_talk_time():
    assert ended(disconnection_reason="error_unknown").duration_ms == 26830
    call = ended(disconnection_reason="dial_failed", duration_ms=0)
    assert (call.answered_at, call.duration_ms) == (None, None)


def test_a_failed_dial_has_no_start():
    call = ended(disconnection_reason="dial_failed", start_timestamp=MISSING, duration_ms=None)
    assert call.started_at == call.ended_at == datetime(2026, 7, 15, 13, 20, 32, 242000, UTC)
