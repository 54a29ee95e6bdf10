"""Vapi: what becomes of its messages and Call objects."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import Amount, Latency, Named, RecordingReference, Turn
from calls.ingest.tests.payloads import MISSING, changed, parsed, sample, status_map

REPORT = sample("vapi_end_of_call_report_completed")
NO_ANSWER = sample("vapi_end_of_call_report_no_answer")
UPDATE = sample("vapi_status_update_in_progress")
MAP = status_map("vapi")


def report(**changes):
    """The completed sample with changes below `message`; `__` stands for a dot."""
    return parsed(changed(REPORT, {f"message.{name.replace('__', '.')}": value for name, value in changes.items()}))


def with_messages(*messages):
    return report(artifact={"messages": list(messages)}, messages=MISSING, transcript=MISSING).transcript


# The samples, field by field


def test_it_names_the_call_its_assistant_and_no_campaign():
    call = parsed(REPORT)
    assert (call.source, call.external_id) == ("vapi", "019f6d1c-7a55-7bb0-9c1e-5a2d4c8e7f10")
    assert call.assistant == Named("b6c1f0de-8a42-4d1b-9a0f-2f7f6e55c301", "Larkspur Front Desk")
    assert call.campaign is None


def test_it_reads_status_and_end_of_the_report_and_not_the_stale_call():
    call = parsed(REPORT)
    assert (call.status, call.raw_status) == (Status.COMPLETED, "ended")
    assert (call.ended_reason, call.ended_by) == ("assistant-ended-call", EndedBy.ASSISTANT)


def test_it_reads_both_numbers_of_an_inbound_call():
    call = parsed(REPORT)
    assert (call.direction, call.from_number, call.to_number) == (Direction.INBOUND, "+12025550117", "+12025550142")


def test_it_reads_times_and_talk_time():
    call = parsed(REPORT)
    assert call.started_at == datetime(2026, 7, 14, 15, 2, 8, 624000, UTC)
    assert call.answered_at == datetime(2026, 7, 14, 15, 2, 11, 734000, UTC)
    assert call.ended_at == datetime(2026, 7, 14, 15, 2, 41, 714000, UTC)
    assert call.observed_at == datetime(2026, 7, 14, 15, 2, 47, 864000, UTC)
    assert call.duration_ms == 29980


def test_it_reads_the_cost_in_usd_with_its_parts():
    call = parsed(REPORT)
    assert call.cost == Amount(Decimal("0.0549"), "USD", "message.cost")
    assert [(part.component, part.amount.value, part.label) for part in call.cost_items] == [
        (Component.TELEPHONY, Decimal("0.0042"), "transport"),
        (Component.STT, Decimal("0.0051"), "transcriber"),
        (Component.LLM, Decimal("0.0067"), "model"),
        (Component.TTS, Decimal("0.0123"), "voice"),
        (Component.PLATFORM, Decimal("0.025"), "vapi"),
        (Component.ANALYSIS, Decimal("0.0009"), "analysis summary"),
        (Component.ANALYSIS, Decimal("0.0007"), "analysis structuredData"),
    ]
    assert sum(part.amount.value for part in call.cost_items) == call.cost.value
    assert call.cost_items[0].amount.path == "message.costs[0].cost"


def test_it_reads_the_transcript_in_order_without_the_prompt():
    turns = parsed(REPORT).transcript
    assert [(turn.speaker, turn.start_seconds, turn.end_seconds) for turn in turns] == [
        (Speaker.ASSISTANT, 1.12, 5.04),
        (Speaker.CALLER, 6.3, 10.15),
        (Speaker.TOOL, 11.02, 11.86),
        (Speaker.ASSISTANT, 12.4, 17.22),
        (Speaker.CALLER, 18.05, 19.9),
        (Speaker.ASSISTANT, 21.1, 24.36),
        (Speaker.CALLER, 25.0, 26.41),
        (Speaker.ASSISTANT, 27.55, 29.1),
    ]
    assert turns[0].text == "Larkspur Dental, this is the scheduling assistant. How can I help?"


def test_it_joins_a_tool_result_to_its_call():
    assert parsed(REPORT).transcript[2] == Turn(
        Speaker.TOOL,
        '{"service":"cleaning","week_of":"2026-07-20"}',
        11.02,
        11.86,
        name="find_open_slots",
        result='{"slots":["2026-07-21T09:30","2026-07-22T14:00"]}',
    )


def test_it_reads_captured_variables_with_their_types():
    assert parsed(REPORT).variables == {
        "intent": "reschedule",
        "new_slot": "2026-07-21T09:30",
        "callback_needed": False,
        "appointment_moved": True,
    }


def test_it_reads_response_times_at_the_answers_they_belong_to():
    times = parsed(REPORT).response_times
    assert times[:4] == (
        Latency(ResponseKind.LLM, 512, 12400),
        Latency(ResponseKind.TTS, 188, 12400),
        Latency(ResponseKind.STT, 141, 12400),
        Latency(ResponseKind.TURN, 1243, 12400),
    )
    assert [(time.duration_ms, time.at_ms) for time in times if time.kind == ResponseKind.TURN] == [
        (1243, 12400),
        (1155, 21100),
        (1140, 27550),
    ]
    assert times[-1] == Latency(ResponseKind.TOOL, 840, 11020, "find_open_slots")


def test_it_prefers_the_signed_stereo_recording():
    url = "https://vapi-storage.example.com/019f6d1c-7a55-7bb0-9c1e-5a2d4c8e7f10-stereo.wav?sig=demo"
    assert parsed(REPORT).recording == RecordingReference(url, 2)


def test_it_keeps_what_else_was_said_as_metadata():
    metadata = parsed(REPORT).metadata
    assert metadata["successEvaluation"] == "true"
    assert metadata["summary"].startswith("The caller moved a cleaning appointment")
    assert metadata["variableValues"]["customer"] == {"number": "+12025550117"}
    assert metadata["assistant"]["model"] == {"provider": "openai", "model": "gpt-4.1-mini"}
    assert metadata["phoneCallProviderId"] == "CA7d1f0c9b2a3e4d5f60718293a4b5c6d7"


def test_it_reads_an_unanswered_outbound_call():
    call = parsed(NO_ANSWER)
    assert (call.status, call.ended_reason, call.ended_by) == (
        Status.UNANSWERED,
        "customer-did-not-answer",
        EndedBy.SYSTEM,
    )
    assert (call.direction, call.from_number, call.to_number) == (Direction.OUTBOUND, "+12025550142", "+12025550163")
    assert call.started_at == datetime(2026, 7, 14, 16, 40, 2, 18000, UTC)
    assert (call.answered_at, call.duration_ms) == (None, None)
    assert call.ended_at == datetime(2026, 7, 14, 16, 40, 34, 22000, UTC)
    assert (call.cost, call.cost_items) == (Amount(Decimal(0), "USD", "message.cost"), ())
    assert call.campaign == Named("c0ffee00-2222-4bbb-8ccc-9d0e1f2a3b4c")
    assert (call.transcript, call.recording) == ((), None)


def test_it_reads_a_live_call():
    call = parsed(UPDATE)
    assert (call.status, call.raw_status) == (Status.IN_PROGRESS, "in-progress")
    assert (call.ended_reason, call.ended_by, call.ended_at) == (None, None, None)
    assert (call.duration_ms, call.cost) == (None, None)
    assert call.observed_at == datetime(2026, 7, 14, 15, 2, 11, 749000, UTC)


# Status


@pytest.mark.parametrize(("word", "status"), [pair for pair in MAP["status"].items() if pair[0] != "ended"])
def test_it_knows_each_status(word, status):
    assert parsed(changed(UPDATE, {"message.status": word})).status == status


@pytest.mark.parametrize(("reason", "status"), MAP["ended_reason_exact"].items())
def test_it_knows_each_ended_reason(reason, status):
    assert report(endedReason=reason).status == status


@pytest.mark.parametrize(("reason", "status"), MAP["ended_reason_exact"].items())
def test_it_knows_each_ended_reason_of_a_status_update(reason, status):
    changes = {"message.status": "ended", "message.endedReason": reason}
    call = parsed(changed(UPDATE, changes))
    assert (call.status, call.raw_status, call.ended_reason) == (status, "ended", reason)


@pytest.mark.parametrize(
    "reason",
    [
        "a-reason-of-next-year",
        "call.in-progress.error-vapifault-eleven-labs-system-busy-and-requested-upgrade",
        "pipeline-error-eleven-labs-system-busy-and-requested-upgrade",
        "call.in-progress.error-providerfault-outbound-sip-503-service-unavailable",
        "customer-did-not-give-microphone-permission",
        "worker-shutdown",
    ],
)
def test_it_takes_every_other_ended_reason_as_failed(reason):
    call = report(endedReason=reason)
    assert (call.status, call.ended_reason) == (Status.FAILED, reason)


@pytest.mark.parametrize(("started", "status"), [("2026-07-14T15:02:11.734Z", "completed"), (None, "failed")])
def test_it_counts_a_cancelled_call_as_completed_only_when_it_had_started(started, status):
    assert report(endedReason="manually-canceled", startedAt=started).status == status


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "initiated"),
        ({"message.startedAt": "2026-07-14T15:02:11Z"}, "in_progress"),
        ({"message.endedAt": "2026-07-14T15:02:41Z"}, "failed"),
        ({"message.endedReason": "something-new"}, "failed"),
    ],
)
def test_an_unknown_status_is_open_until_there_is_an_end(changes, status):
    call = parsed(changed(UPDATE, {"message.status": "dreaming", **changes}))
    assert (call.status, call.raw_status) == (status, "dreaming")


def test_a_report_without_a_reason_is_completed_when_the_call_had_started():
    assert report(endedReason=None).status == Status.COMPLETED
    assert report(endedReason=MISSING, startedAt=MISSING).status == Status.FAILED


@pytest.mark.parametrize(
    ("reason", "who"),
    [
        ("customer-ended-call", EndedBy.CALLER),
        ("customer-ended-call-during-transfer", EndedBy.CALLER),
        ("assistant-said-end-call-phrase", EndedBy.ASSISTANT),
        ("assistant-forwarded-call", EndedBy.TRANSFER),
        ("call.forwarding.no-answer", EndedBy.TRANSFER),
        ("silence-timed-out", EndedBy.SYSTEM),
        ("customer-busy", EndedBy.SYSTEM),
        ("unknown-error", EndedBy.SYSTEM),
        (None, None),
    ],
)
def test_it_says_who_ended_the_call(reason, who):
    assert report(endedReason=reason).ended_by == who


def test_a_busy_line_was_not_answered_and_has_no_talk_time():
    call = report(endedReason="customer-busy", durationSeconds=0)
    assert (call.answered_at, call.duration_ms) == (None, None)
