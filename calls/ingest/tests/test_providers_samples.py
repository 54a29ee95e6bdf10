"""What becomes of the samples of the platforms that sign or send in other ways than the first three."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import Amount, Named, RecordingReference
from calls.ingest.providers import PROVIDERS
from calls.ingest.tests.payloads import changed, ignored, parsed, rejection, sample


def times(call):
    """Started, answered and ended as text, and the talk in milliseconds."""
    moments = (call.started_at, call.answered_at, call.ended_at)
    return (*(moment and f"{moment:%H:%M:%S.%f}"[:-3] for moment in moments), call.duration_ms)


def spoken(call):
    return [(turn.speaker, turn.start_seconds) for turn in call.transcript]


def test_bland():
    call = parsed(sample("bland_webhook_completed"))
    assert (call.status, call.direction, call.ended_by) == (Status.COMPLETED, Direction.OUTBOUND, EndedBy.ASSISTANT)
    assert (call.from_number, call.to_number) == ("+12025550135", "+12025550144")
    assert times(call) == ("18:05:02.025", "18:05:08.000", "18:05:37.000", 29_000)
    assert call.cost == Amount(Decimal("0.0435"), "USD", "price")
    assert call.variables == {"tour_booked": True, "tour_slot": "2026-07-18 11:00"}
    assert spoken(call)[2:4] == [(Speaker.ASSISTANT, 13.055), (Speaker.SYSTEM, 14.9)]
    assert call.recording.url.endswith(".mp3")


def test_the_corrected_transcript_of_bland_counts_more_than_the_first():
    call = parsed(sample("bland_webhook_corrected_transcript"))
    assert (call.is_correction, call.status) == (True, None)
    assert spoken(call)[0] == (Speaker.ASSISTANT, 0.4)
    assert call.metadata["citations"][0]["variable"] == "tour_slot"


def test_the_stream_of_bland_is_not_used():
    payload = {"message": "Call started", "category": "call", "call_id": "1", "timestamp": 1}
    with pytest.raises(Exception, match="waits for its end"):
        PROVIDERS["bland"].parse(payload)


def test_a_status_of_twilio():
    call = parsed(sample("twilio_status_callback_completed"))
    assert (call.status, call.direction, call.sequence) == (Status.COMPLETED, Direction.OUTBOUND, 3)
    assert times(call) == (None, "20:11:10.000", "20:12:34.000", 84_000)
    assert call.metadata["billed_seconds"] == 120
    assert call.recording.url.startswith("https://api.twilio.example.com/")
    busy = parsed(sample("twilio_status_callback_busy"))
    assert (busy.status, busy.ended_by, busy.duration_ms, busy.answered_at) == (
        Status.BUSY,
        EndedBy.SYSTEM,
        None,
        None,
    )


def test_a_recording_of_twilio():
    call = parsed(sample("twilio_recording_status_callback_completed"))
    assert (call.status, call.recording.channels) == (None, 2)
    assert call.observed_at == datetime(2026, 7, 18, 20, 12, 34, tzinfo=UTC)


@pytest.mark.parametrize("status", ["in-progress", "absent", "failed"])
def test_a_recording_that_is_not_there_is_not_used(status):
    payload = changed(sample("twilio_recording_status_callback_completed"), {"RecordingStatus": status})
    assert f"a recording is {status}" in ignored(payload)


def test_a_machine_detection_of_twilio():
    call = parsed(
        {"CallSid": "CA1", "AccountSid": "AC1", "AnsweredBy": "machine_end_beep", "MachineDetectionDuration": 9}
    )
    assert (call.status, call.completed_as) == (None, Status.VOICEMAIL)


def test_a_call_resource_of_twilio_has_its_price():
    payload = {"sid": "CA1", "account_sid": "AC1", "direction": "inbound", "status": "completed", "price": "-0.0085"}
    payload |= {"start_time": "Sat, 18 Jul 2026 20:11:10 +0000", "end_time": "Sat, 18 Jul 2026 20:12:34 +0000"}
    call = parsed(payload | {"duration": "84", "price_unit": "USD"})
    assert call.cost == Amount(Decimal("0.0085"), "USD", "price")
    assert (call.duration_ms, call.direction) == (84_000, Direction.INBOUND)
    assert parsed(payload | {"price_unit": "EUR"}).cost is None
    assert parsed(payload | {"price": None}).cost is None


def test_synthflow():
    call = parsed(sample("synthflow_webhook_completed"))
    assert (call.status, call.direction, call.ended_by) == (Status.COMPLETED, Direction.OUTBOUND, EndedBy.ASSISTANT)
    assert times(call) == ("13:12:04.205", None, "13:12:51.205", 47_000)
    assert call.variables == {"visitor_name": "Trial lead", "trial_time": "2026-07-22 18:00"}
    assert len(call.transcript) == 5
    assert call.metadata["analysis"]["appointment"] == "partial"
    assert call.recording == RecordingReference(sample("synthflow_webhook_completed")["call"]["recording_url"])


def test_actions_of_synthflow_return_json_in_text_too():
    text = '{"trial_time": "at six"}'
    changes = {
        "executed_actions.info_extractor_trial_time.return_value": text,
        "collected_variables": {"flat": 1, "gone": {"value": None, "collected": False}},
    }
    call = parsed(changed(sample("synthflow_webhook_completed"), changes))
    assert call.variables == {"trial_time": "at six", "flat": 1}


def test_bolna():
    call = parsed(sample("bolna_execution_completed"))
    assert (call.status, call.direction, call.ended_by) == (Status.COMPLETED, Direction.OUTBOUND, EndedBy.CALLER)
    assert times(call) == ("08:00:12.000", None, None, 41_000)
    assert call.cost == Amount(Decimal("6.3"), "USD cents", "total_cost")
    assert sum(part.amount.value for part in call.cost_items) == Decimal("6.3")
    assert call.cost_items[1].component == Component.TELEPHONY
    assert (call.variables, call.metadata["billed_seconds"]) == ({"rating": 4}, 44.0)
    assert [(one.kind, one.duration_ms) for one in call.response_times] == [(ResponseKind.STT, 21)]
    assert len(call.transcript) == 5


def test_bolna_tells_of_the_answer_and_of_the_end_by_its_statuses():
    answered = parsed(changed(sample("bolna_execution_completed"), {"status": "in-progress"}))
    ended = parsed(changed(sample("bolna_execution_completed"), {"status": "call-disconnected"}))
    assert answered.answered_at == ended.ended_at == answered.observed_at
    assert answered.sequence < ended.sequence


def test_ultravox():
    call = parsed(sample("ultravox_call_ended_completed"))
    assert (call.status, call.direction, call.ended_by) == (Status.COMPLETED, Direction.OUTBOUND, EndedBy.CALLER)
    assert (call.from_number, call.to_number) == ("+12025550186", "+12025550185")
    assert times(call) == ("14:03:01.120", "14:03:10.120", "14:04:03.600", 53_480)
    assert call.assistant == Named("a7e0c1d2-3b4f-4a5c-9d6e-7f8091a2b3c4", "osprey")
    assert "You help travellers" not in str(call)
    assert parsed(sample("ultravox_call_billed_completed")).metadata["billed_seconds"] == 54.0


def test_the_messages_of_ultravox_need_the_id_of_their_call():
    page = sample("ultravox_call_messages_completed")
    call = parsed(page | {"callId": "c2f4a6b8"})
    assert spoken(call) == [(Speaker.ASSISTANT, 0.42), (Speaker.CALLER, 3.4), (Speaker.TOOL, None)]
    assert call.transcript[2].result == '{"ok":true}'
    with pytest.raises(Exception, match="callId: is missing"):
        PROVIDERS["ultravox"].parse(page)


def test_autocalls():
    call = parsed(sample("autocalls_post_call_completed"))
    assert (call.external_id, call.status, call.direction) == ("712044", Status.COMPLETED, Direction.OUTBOUND)
    assert (call.from_number, call.to_number) == ("+12025550104", "+12025550108")
    assert call.campaign == Named("4412", "Summer check-up calls")
    assert times(call) == ("10:30:00.000", None, "10:32:11.000", 131_000)
    assert call.variables["status"] is True
    assert len(call.transcript) == 5


def test_famulor_speaks_german_and_has_its_campaign_beside_the_lead():
    call = parsed(sample("famulor_post_call_completed"))
    assert (call.source, call.direction, call.from_number) == ("famulor", None, "+12025550105")
    assert [turn.speaker for turn in call.transcript] == [Speaker.ASSISTANT, Speaker.CALLER, Speaker.ASSISTANT]
    campaign = {"id": 7, "name": "Herbst"}
    call = parsed(changed(sample("famulor_post_call_completed"), {"campaign": campaign}))
    assert (call.campaign, call.direction) == (Named("7", "Herbst"), Direction.OUTBOUND)


def test_dograh():
    call = parsed(sample("dograh_webhook_completed"))
    assert (call.external_id, call.status, call.ended_by) == ("20551", Status.COMPLETED, EndedBy.CALLER)
    assert call.assistant == Named("31", "Harbor renewals")
    assert times(call) == ("07:15:40.102", None, "07:16:53.102", 73_000)
    assert (call.variables, call.to_number) == ({"renewal_confirmed": True}, "+12025550193")


def test_dograh_may_send_its_end_before_the_disposition_is_known():
    payload = changed(sample("dograh_webhook_completed"), {"call_disposition": None, "recording_url": None})
    payload["gathered_context"].pop("call_disposition")
    early = parsed(payload)
    assert (early.status, early.ended_reason) == (None, None)
    assert early.sequence < parsed(sample("dograh_webhook_completed")).sequence


def test_livekit_puts_a_call_together_from_a_room():
    left = parsed(sample("livekit_webhook_participant_left_completed"))
    egress = parsed(sample("livekit_webhook_egress_ended_completed"))
    report = parsed(sample("livekit_session_report_completed"))
    assert {left.external_id, egress.external_id, report.external_id} == {"RM_demoQ3x8Yw2Z"}
    assert (left.status, left.direction, left.from_number) == (Status.COMPLETED, Direction.INBOUND, "+12025550131")
    assert times(left) == ("12:00:09.000", "12:00:11.100", "12:01:23.000", 71_900)
    assert egress.recording.channels == 2
    assert (report.status, report.ended_by) == (Status.COMPLETED, EndedBy.CALLER)


def test_the_session_report_of_livekit_has_the_transcript():
    report = parsed(sample("livekit_session_report_completed"))
    assert spoken(report)[:3] == [(Speaker.ASSISTANT, 0.6), (Speaker.CALLER, 4.3), (Speaker.TOOL, 7.7)]
    assert report.transcript[2].result == '{"result":"ok","snr_db":9.1}'
    assert report.transcript[3].interrupted is True
    assert "You answer support calls" not in str(report)
    found = {(one.kind, one.duration_ms) for one in report.response_times}
    assert found >= {(ResponseKind.LLM, 611), (ResponseKind.TTS, 182), (ResponseKind.TOOL, 1600)}


def test_others_in_a_room_of_livekit_are_not_used():
    payload = changed(sample("livekit_webhook_participant_left_completed"), {"participant.kind": "AGENT"})
    assert "no telephone" in ignored(payload)


def test_a_room_of_livekit_that_closes_ends_a_call_of_which_nothing_else_told_it():
    payload = changed(sample("livekit_webhook_participant_left_completed"), {"event": "room_finished"})
    call = parsed(payload)
    assert (call.status, call.ended_at) == (None, datetime(2026, 7, 20, 12, 1, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("bland_webhook_completed", {"call_length": "a"}, "call_length: takes milliseconds"),
        ("twilio_status_callback_completed", {"Timestamp": "soon"}, "Timestamp: takes a time such as Sat, 18 Jul"),
        ("synthflow_webhook_completed", {"call.start_time": "09:12"}, "call.start_time: takes a time with its offset"),
        ("bolna_execution_completed", {"total_cost": -1}, "total_cost: takes an amount from 0"),
        ("ultravox_call_ended_completed", {"call.joined": []}, "call.joined: takes a time"),
        ("autocalls_post_call_completed", {"lead": []}, "lead: takes an object, not []"),
        ("dograh_webhook_completed", {"cost_info": 1}, "cost_info: takes an object, not 1"),
        ("livekit_webhook_egress_ended_completed", {"egressInfo.roomId": {}}, "egressInfo.roomId: takes text, not {}"),
    ],
)
def test_it_says_what_is_wrong_and_where(name, changes, reason):
    assert rejection(changed(sample(name), changes)).startswith(reason)
