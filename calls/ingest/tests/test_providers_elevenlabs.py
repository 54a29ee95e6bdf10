"""ElevenLabs: what becomes of its post-call events and conversations."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.conversions import Rates
from calls.ingest.normalised import Amount, Latency, Named, Rejected, Turn
from calls.ingest.tests.payloads import changed, parsed, sample, status_map

DONE = sample("elevenlabs_post_call_transcription_completed")
BUSY = sample("elevenlabs_call_initiation_failure_busy")
AUDIO = sample("elevenlabs_post_call_audio")
MAP = status_map("elevenlabs")


def done(**changes):
    """The transcription sample with changes below `data`; `__` stands for a dot."""
    return parsed(changed(DONE, {f"data.{name.replace('__', '.')}": value for name, value in changes.items()}))


def busy(**changes):
    return parsed(changed(BUSY, {f"data.{name.replace('__', '.')}": value for name, value in changes.items()}))


# The samples, field by field


def test_it_names_the_call_and_its_assistant():
    call = parsed(DONE)
    assert (call.source, call.external_id) == ("elevenlabs", "conv_3101k2demo5n8e6r9t0y1u2i3o4p")
    assert call.assistant == Named("agent_7301k2demo9q4e8tq5m1z6xw0ab3", "Cedar tracking desk")
    assert call.campaign is None


def test_it_reads_status_and_end():
    call = parsed(DONE)
    assert (call.status, call.raw_status) == (Status.COMPLETED, "done")
    assert (call.ended_reason, call.ended_by) == ("Call ended by remote party", EndedBy.CALLER)


def test_it_reads_both_numbers_of_an_inbound_call():
    call = parsed(DONE)
    assert (call.direction, call.from_number, call.to_number) == (Direction.INBOUND, "+12025550129", "+12025550151")


def test_it_reads_times_and_talk_time():
    call = parsed(DONE)
    assert call.started_at == call.answered_at == datetime(2026, 7, 16, 9, 14, 40, tzinfo=UTC)
    assert call.ended_at == datetime(2026, 7, 16, 9, 15, 4, tzinfo=UTC)
    assert call.observed_at == datetime(2026, 7, 16, 9, 15, 11, tzinfo=UTC)
    assert call.duration_ms == 24000


def test_the_cost_is_in_usd_once_it_is_known_and_its_parts_are_in_credits_of_the_platform():
    call = parsed(DONE)
    assert call.cost == Amount(Decimal("0.0412"), "USD", "data.metadata.cost_fiat")
    assert [(part.component, part.amount.value, part.amount.unit) for part in call.cost_items] == [
        (Component.LLM, Decimal(11), "platform credits"),
        (Component.PLATFORM, Decimal(203), "platform credits"),
    ]
    assert sum(Rates(Decimal(100)).of(part.amount) * part.amount.value for part in call.cost_items).quantize(
        Decimal("0.01")
    ) == Decimal("4.12")


def test_before_that_it_is_in_credits_of_the_platform():
    call = parsed(changed(DONE, {"data.metadata.cost_fiat": None}))
    assert call.cost == Amount(Decimal(214), "platform credits", "data.metadata.cost")
    assert [part.amount.usd_each for part in call.cost_items] == [None, None]


def test_it_reads_the_transcript_in_order():
    assert [(turn.speaker, turn.start_seconds) for turn in parsed(DONE).transcript] == [
        (Speaker.ASSISTANT, 0.0),
        (Speaker.CALLER, 4.0),
        (Speaker.TOOL, 8.0),
        (Speaker.ASSISTANT, 9.0),
        (Speaker.CALLER, 14.0),
        (Speaker.ASSISTANT, 17.0),
        (Speaker.CALLER, 21.0),
    ]
    assert parsed(DONE).transcript[1].text == "Reference C F seven seven one two."


def test_it_joins_a_tool_result_to_its_call():
    assert parsed(DONE).transcript[2] == Turn(
        Speaker.TOOL,
        '{"reference":"CF7712"}',
        8.0,
        8.812,
        name="shipment_lookup",
        result='{"status":"out_for_delivery","eta":"14:30"}',
        is_error=False,
    )


def test_it_reads_what_was_collected_and_not_what_was_given():
    assert parsed(DONE).variables == {"shipment_reference": "CF7712", "wants_sms": True}


def test_it_reads_response_times_in_seconds():
    assert parsed(DONE).response_times == (
        Latency(ResponseKind.LLM, 413, 9000),
        Latency(ResponseKind.TTS, 163, 9000),
        Latency(ResponseKind.LLM, 386, 17000),
        Latency(ResponseKind.TTS, 151, 17000),
        Latency(ResponseKind.TOOL, 812, 8000, "shipment_lookup"),
    )


def test_it_keeps_what_else_was_said_as_metadata():
    call = parsed(DONE)
    assert call.recording is None
    assert call.metadata["cost_fiat"] == 0.0412
    assert call.metadata["call_successful"] == "success"
    assert call.metadata["evaluation_criteria_results"]["resolved"]["result"] == "success"
    assert call.metadata["dynamic_variables"] == {"account_tier": "gold"}
    assert call.metadata["phone_call"]["call_sid"] == "CA33c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7"


def test_it_reads_a_call_that_never_began():
    call = parsed(BUSY)
    assert call.external_id == "conv_8801k2demo1busy7q2w3e4r5t6y7"
    assert (call.status, call.raw_status, call.ended_reason) == (Status.BUSY, "busy", "busy")
    assert (call.direction, call.from_number, call.to_number) == (Direction.OUTBOUND, "+12025550151", "+12025550177")
    assert call.started_at == call.observed_at == datetime(2026, 7, 16, 10, 21, 20, tzinfo=UTC)
    assert (call.answered_at, call.duration_ms, call.cost) == (None, None, None)
    assert call.assistant == Named("agent_7301k2demo9q4e8tq5m1z6xw0ab3")
    assert call.metadata["dynamic_variables"] == {"order_id": "CF7801"}


def test_the_audio_comes_by_itself():
    call = parsed(AUDIO)
    assert call.external_id == "conv_3101k2demo5n8e6r9t0y1u2i3o4p"
    assert call.observed_at == datetime(2026, 7, 16, 9, 15, 14, tzinfo=UTC)
    assert (call.status, call.started_at, call.ended_at) == (None, None, None)
    assert call.recording.audio.startswith(b"ID3\x04")
    assert (len(call.recording.audio), call.recording.url) == (62, "")


@pytest.mark.parametrize(
    ("audio", "problem"),
    [
        ("not base64!", "data.full_audio: takes base64, not 'not base64!'"),
        (None, "data.full_audio: is missing; takes base64"),
    ],
)
def test_audio_that_is_not_base64_is_rejected(audio, problem):
    with pytest.raises(Rejected, match=f"^{problem}"):
        parsed(changed(AUDIO, {"data.full_audio": audio}))


def test_base64_may_have_line_ends():
    assert parsed(changed(AUDIO, {"data.full_audio": "SUQz\r\nBA==\n"})).recording.audio == b"ID3\x04"


# Status


@pytest.mark.parametrize(("word", "status"), MAP["status"].items())
def test_it_knows_each_status(word, status):
    assert done(status=word).status == status


@pytest.mark.parametrize(("word", "status"), MAP["failure_reason"].items())
def test_it_knows_each_failure_reason(word, status):
    assert busy(failure_reason=word).status == status


def test_an_unknown_word_is_failed_once_the_call_is_over():
    assert (done(status="dreaming").status, done(status="dreaming").raw_status) == (Status.FAILED, "dreaming")
    assert busy(failure_reason="blocked").status == Status.FAILED
    assert busy(failure_reason=None).status == Status.FAILED


def test_an_unknown_word_stays_open_before():
    conversation = changed(DONE["data"], {"status": "dreaming", "metadata.termination_reason": None})
    assert parsed(conversation).status == Status.IN_PROGRESS


def test_a_finished_call_without_a_status_is_completed():
    assert done(status=None).status == Status.COMPLETED


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata__features_usage__voicemail_detection__used": True},
        {"transcript__2__tool_calls__0__tool_name": "voicemail_detection"},
    ],
)
def test_it_knows_a_voicemail(changes):
    call = done(**changes)
    assert (call.status, call.raw_status, call.duration_ms) == (Status.VOICEMAIL, "done", 24000)


def test_a_voicemail_tool_that_was_not_called_says_nothing():
    call = {"tool_name": "voicemail_detection", "tool_has_been_called": False}
    assert done(transcript__2__tool_calls=[call]).status == Status.COMPLETED


def test_an_error_is_kept_beside_a_completed_call():
    call = done(metadata__error={"code": 1002, "reason": "LLM timeout"})
    assert call.status == Status.COMPLETED
    assert call.metadata["error"] == {"code": 1002, "reason": "LLM timeout"}


@pytest.mark.parametrize(
    ("reason", "who"),
    [
        ("Call ended by remote party", EndedBy.CALLER),
        ("Client disconnected: 1000", EndedBy.CALLER),
        ("end_call tool was called.", EndedBy.ASSISTANT),
        ("voicemail_detection tool was called.", EndedBy.ASSISTANT),
        ("Call transferred to +12025550111", EndedBy.TRANSFER),
        ("Call ended after 20 s of silence of the user", EndedBy.SYSTEM),
        ("Conversation exceeded max duration", EndedBy.SYSTEM),
        (None, None),
    ],
)
def test_it_says_who_ended_the_call(reason, who):
    assert done(metadata__termination_reason=reason).ended_by == who
