"""Every word of every platform, and the status that it becomes."""

import pytest

from calls.ingest.normalised import NormalisedCall
from calls.ingest.providers import PROVIDERS
from calls.ingest.tests.payloads import MISSING, changed, sample, status_map


def words(provider, part):
    """(word, status) of a map, without those that another word decides."""
    return [(word, status) for word, status in status_map(provider)[part].items() if status and "(" not in status]


def bland(word):
    return changed(sample("bland_webhook_completed"), {"answered_by": None, "status": word})


def bland_queue(word):
    return changed(bland(None), {"queue_status": word})


def bland_answered(word):
    return changed(sample("bland_webhook_completed"), {"answered_by": word})


def twilio(word):
    return changed(sample("twilio_status_callback_completed"), {"CallStatus": word})


def twilio_resource(word):
    return {"sid": "CA1", "account_sid": "AC1", "direction": "outbound-api", "status": word}


def autocalls(word):
    return changed(sample("autocalls_post_call_completed"), {"status": word})


def autocalls_answered(word):
    return changed(sample("autocalls_post_call_completed"), {"answered_by": word})


def famulor(word):
    return changed(sample("famulor_post_call_completed"), {"status": word})


def synthflow(word):
    return changed(sample("synthflow_webhook_completed"), {"call.status": word})


def synthflow_reason(word):
    return changed(sample("synthflow_webhook_completed"), {"call.end_call_reason": word})


def bolna(word):
    return changed(sample("bolna_execution_completed"), {"status": word})


def ultravox(word):
    return changed(sample("ultravox_call_ended_completed"), {"call.endReason": word})


def ultravox_event(word):
    return changed(sample("ultravox_call_ended_completed"), {"event": word})


def livekit(word):
    return changed(sample("livekit_webhook_participant_left_completed"), {"participant.disconnectReason": word})


def livekit_joined(word):
    changes = {"event": "participant_joined", "participant.disconnectReason": MISSING}
    payload = changed(sample("livekit_webhook_participant_left_completed"), changes)
    payload["participant"]["attributes"]["sip.callStatus"] = word
    return payload


def livekit_report(word):
    payload = sample("livekit_session_report_completed")
    payload["events"][-1]["reason"] = word
    return payload


def dograh(word):
    return changed(sample("dograh_webhook_completed"), {"call_disposition": word})


CASES = [
    (make, word, status)
    for make, provider, part in (
        (bland, "bland", "status"),
        (bland_queue, "bland", "queue_status"),
        (bland_answered, "bland", "answered_by"),
        (twilio, "twilio", "status"),
        (twilio_resource, "twilio", "status"),
        (autocalls, "autocalls", "status"),
        (autocalls_answered, "autocalls", "answered_by"),
        (famulor, "autocalls", "status"),
        (synthflow, "synthflow", "status"),
        (synthflow_reason, "synthflow", "ended_reason_exact"),
        (bolna, "bolna", "status"),
        (ultravox, "ultravox", "ended_reason_exact"),
        (ultravox_event, "ultravox", "event"),
        (livekit, "livekit", "disconnect_reason"),
        (livekit_joined, "livekit", "sip_call_status"),
        (livekit_report, "livekit", "close_reason"),
        (dograh, "dograh", "status"),
        (dograh, "dograh", "ended_reason_exact"),
    )
    for word, status in words(provider, part)
]


def read(make, word):
    call = PROVIDERS[make.__name__.partition("_")[0]].parse(make(word))
    assert isinstance(call, NormalisedCall)
    return call


@pytest.mark.parametrize(("make", "word", "status"), CASES)
def test_a_word_becomes_its_status(make, word, status):
    assert read(make, word).status == status


@pytest.mark.parametrize(("make", "status"), [
    (twilio, "failed"), (autocalls, "failed"), (famulor, "failed"), (synthflow, "failed"), (bolna, "failed"),
    (ultravox, "failed"), (livekit, "failed"), (livekit_report, "failed"), (dograh, "completed"), (bland, "completed"),
])  # fmt: skip
def test_an_unknown_word_never_fails(make, status):
    """Bland's queue_status is read then; every unknown disposition of Dograh tells of a conversation."""
    assert read(make, "a word of tomorrow").status == status


@pytest.mark.parametrize(("word", "status"), [*words("twilio", "answered_by")])
def test_who_answered_says_what_a_completed_call_was(word, status):
    payload = changed(sample("twilio_status_callback_completed"), {"AnsweredBy": word})
    assert PROVIDERS["twilio"].parse(payload).completed_as == status


@pytest.mark.parametrize("word", ["human", "unknown", "a word of tomorrow"])
def test_a_person_who_answered_says_nothing_else(word):
    payload = changed(sample("twilio_status_callback_completed"), {"AnsweredBy": word})
    assert PROVIDERS["twilio"].parse(payload).completed_as is None


def test_a_machine_that_an_agent_of_livekit_found_is_told_apart():
    payload = sample("livekit_session_report_completed")
    payload["events"].insert(0, {"type": "amd_prediction", "category": "machine-vm", "created_at": 1784548812.2})
    assert PROVIDERS["livekit"].parse(payload).completed_as == "voicemail"


def test_a_voicemail_of_bolna_is_known_by_its_flag():
    payload = changed(sample("bolna_execution_completed"), {"answered_by_voice_mail": True})
    assert PROVIDERS["bolna"].parse(payload).status == "voicemail"
