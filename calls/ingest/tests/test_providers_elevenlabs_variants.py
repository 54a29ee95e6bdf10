"""ElevenLabs: payloads unlike the samples, conversations, and what is refused or not used."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Direction, ResponseKind, Speaker
from calls.ingest.normalised import Amount, Latency, Named
from calls.ingest.tests.payloads import MISSING, changed, ignored, parsed, rejection
from calls.ingest.tests.test_providers_elevenlabs import DONE, busy, done


def test_the_event_time_may_be_text():
    call = parsed(changed(DONE, {"event_timestamp": "1784193311"}))
    assert call.observed_at == datetime(2026, 7, 16, 9, 15, 11, tzinfo=UTC)


def test_without_an_event_time_the_end_counts():
    call = parsed(changed(DONE, {"event_timestamp": MISSING}))
    assert call.observed_at == call.ended_at


def test_a_conversation_on_the_web_has_no_numbers():
    call = done(metadata__phone_call=None)
    assert (call.direction, call.from_number, call.to_number) == (Direction.WEB, None, None)


def test_an_outbound_call_goes_from_our_line():
    call = done(metadata__phone_call__direction="outbound")
    assert (call.direction, call.from_number, call.to_number) == (Direction.OUTBOUND, "+12025550151", "+12025550129")


def test_a_batch_is_a_campaign():
    assert done(metadata__batch_call={"batch_call_id": "b9"}).campaign == Named("b9")


def test_a_later_acceptance_is_the_answer():
    call = done(metadata__accepted_time_unix_secs=1784193283)
    assert call.started_at == datetime(2026, 7, 16, 9, 14, 40, tzinfo=UTC)
    assert call.answered_at == datetime(2026, 7, 16, 9, 14, 43, tzinfo=UTC)


def test_a_running_call_has_no_end():
    call = done(status="in-progress", metadata__termination_reason=None)
    assert (call.ended_at, call.duration_ms, call.ended_by) == (None, None, None)


def test_a_failed_call_without_talk_was_not_answered():
    call = done(status="failed", metadata__call_duration_secs=0)
    assert (call.answered_at, call.duration_ms) == (None, None)


def test_it_reads_sip_facts_of_a_failure():
    body = {"from_number": "+12025550151", "to_number": "+12025550177", "sip_status_code": 486, "call_sid": "s"}
    call = busy(metadata={"type": "sip", "body": body})
    assert (call.from_number, call.to_number) == ("+12025550151", "+12025550177")
    assert call.metadata["sip_status_code"] == 486


def test_words_and_tools_in_one_turn_are_two_turns():
    call = done(transcript__2__message="One moment.")
    assert [(turn.speaker, turn.text) for turn in call.transcript[2:4]] == [
        (Speaker.ASSISTANT, "One moment."),
        (Speaker.TOOL, '{"reference":"CF7712"}'),
    ]


def test_a_turn_without_words_and_tools_is_left_out():
    assert len(done(transcript__5__message=None).transcript) == 6


def test_a_tool_without_its_latency_has_no_response_time():
    call = done(transcript__3__tool_results__0__tool_latency_secs=None)
    assert call.transcript[2].end_seconds is None
    assert ResponseKind.TOOL not in [time.kind for time in call.response_times]


def test_it_says_what_was_interrupted():
    assert [turn.interrupted for turn in done(transcript__4__interrupted=True).transcript].count(True) == 1


def test_another_role_is_the_system_with_its_word():
    turn = done(transcript__0__role="narrator").transcript[0]
    assert (turn.speaker, turn.name) == (Speaker.SYSTEM, "narrator")


@pytest.mark.parametrize(
    "metrics",
    [
        {
            "convai_llm_service_ttfb": {"elapsed_time": 0.5},
            "convai_asr_trailing_service_latency": {"elapsed_time": 0.1},
        },
        {"metrics": {"convai_llm_service_ttfb": "0.5", "convai_asr_trailing_service_latency": 0.1, "new": None}},
    ],
)
def test_it_reads_older_metrics_and_speech_recognition(metrics):
    call = done(transcript__4__conversation_turn_metrics=metrics)
    assert call.response_times[:2] == (Latency(ResponseKind.LLM, 500, 9000), Latency(ResponseKind.STT, 100, 9000))


def test_what_was_asked_for_and_not_found_is_no_variable():
    call = done(analysis__data_collection_results__wants_sms__value=None)
    assert call.variables == {"shipment_reference": "CF7712"}


def test_it_reads_collected_data_as_a_list():
    results = [{"data_collection_id": "mood", "value": "good"}, {"value": 1}]
    call = done(analysis={"data_collection_results_list": results})
    assert call.variables == {"mood": "good"}


def test_it_takes_missing_and_null_parts_as_not_said():
    names = ("transcript", "analysis", "conversation_initiation_client_data", "agent_name", "has_audio")
    call = done(**dict.fromkeys(names), metadata__charging=None, metadata__cost=None, metadata__cost_fiat=None)
    assert (call.transcript, call.variables, call.response_times) == ((), {}, ())
    assert (call.cost, call.cost_items) == (None, ())


def test_secrets_stay_out():
    given = {"secret__crm": "KEEP OUT", "system__caller_id": "KEEP OUT", "plan": "basic"}
    call = done(conversation_initiation_client_data__dynamic_variables=given)
    assert call.metadata["dynamic_variables"] == {"plan": "basic"}


# A conversation without its envelope


def test_a_conversation_gives_the_same_call_as_its_event():
    call, told = parsed(DONE["data"]), parsed(DONE)
    names = (
        "external_id status ended_reason started_at ended_at duration_ms transcript variables response_times metadata"
    )
    for name in names.split():
        assert getattr(call, name) == getattr(told, name), name
    assert call.cost == Amount(Decimal("0.0412"), "USD", "metadata.cost_fiat")


# What is refused or not used


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data.conversation_id": None}, "data.conversation_id: is missing; takes text"),
        ({"data": []}, "data: takes an object, not []"),
        ({"event_timestamp": "soon"}, "event_timestamp: takes epoch seconds, not 'soon'"),
        ({"data.metadata.start_time_unix_secs": {}}, "data.metadata.start_time_unix_secs: takes epoch seconds, not {}"),
        (
            {"data.metadata.cost": "a"},
            "data.metadata.cost: takes an amount from 0 to 100000000 in platform credits, not 'a'",
        ),
        ({"data.metadata.call_duration_secs": -3}, "data.metadata.call_duration_secs: takes seconds from 0 to 2147483"),
        ({"data.transcript.0.message": ["x"]}, "data.transcript[0].message: takes text, not ['x']"),
    ],
)
def test_it_says_what_is_wrong_and_where(changes, reason):
    assert rejection(changed(DONE, changes)).startswith(reason)


@pytest.mark.parametrize("kind", ["answering_machine_detection", "new"])
def test_it_does_not_use_other_events(kind):
    assert ignored(changed(DONE, {"type": kind})) == f"ElevenLabs sends {kind}; the call log does not use it"
