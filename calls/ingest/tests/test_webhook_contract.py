"""What holds for the webhook of every provider, whatever it is sent."""

import copy
import json
import os
import time
from functools import cache
from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from calls.ingest import rate, webhooks
from calls.ingest.models import Delivery
from calls.ingest.processing import process_waiting
from calls.ingest.providers import SENDERS
from calls.ingest.tests.payloads import NAMES, changed, sample
from calls.ingest.tests.signing import SECRET, SIGN, post
from calls.ingest.tests.test_providers_any_payload import ODD, places, spoil
from calls.ingest.tests.test_providers_callmon import CALL
from calls.ingest.tests.test_store_order import picture
from calls.models import Call

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))  # of spoilt bodies
BY_ADDRESS = [name for name, sender in SENDERS.items() if name not in SIGN]
# Their signature has no time, and a header of Dograh no signature.
UNTIMED = ("bland", "dograh", "synthflow", "twilio")
# Synthflow's covers the id of the call alone: what comes under an old one is a repeat of the delivery that it was for.
SIGN_THE_BODY = [name for name in SIGN if name not in ("dograh", "synthflow")]
# Fields without which there is no call.
REQUIRED = {
    "vapi": "message.call.id",
    "retell": "call.call_id",
    "elevenlabs": "data.conversation_id",
    "twilio": "CallSid",
    "bland": "call_id",
    "livekit": "room.sid",
    "synthflow": "call.call_id",
    "bolna": "id",
    "ultravox": "call.callId",
    "autocalls": "id",
    "famulor": "id",
    "dograh": "workflow_run_id",
    "callmon": "id",
}
UNKNOWN_EVENT = {
    "vapi": {"message.type": "speech-update"},
    "retell": {"event": "alert_triggered"},
    "elevenlabs": {"type": "tool_was_called"},
    "livekit": {"event": "track_published"},
    "ultravox": {"event": "call.hummed"},
    "twilio": {"CallStatus": "humming"},
    "bland": {"status": "humming", "queue_status": None},
    "synthflow": {"call.status": "humming"},
    "bolna": {"status": "humming"},
    "autocalls": {"status": "humming"},
    "famulor": {"status": "humming"},
    "dograh": {"call_disposition": "humming"},
}


@pytest.fixture(params=sorted(SENDERS))
def provider(request):
    return request.param


@pytest.fixture(autouse=True)
def quiet(settings, monkeypatch):
    settings.WEBHOOK_SECRETS = dict.fromkeys(SENDERS, [SECRET])
    monkeypatch.setattr(webhooks.bell, "ring", lambda: None)
    rate.reset()


def payload_of(provider):
    return CALL if provider == "callmon" else sample(main_sample(provider))


@cache
def main_sample(provider):
    own = [name for name in NAMES if name.startswith(f"{provider}_")]
    likely = (
        "end_of_call_report_completed",
        "call_analyzed",
        "transcription",
        "twilio_status_callback_completed",
        "participant",
    )
    return next((name for name in own for part in likely if part in name), own[0])


def encoded(provider, payload):
    """The body as the provider writes it."""
    if provider == "twilio":
        return urlencode({name: "" if value is None else value for name, value in payload.items()}).encode()
    return json.dumps(payload).encode()


def send(client, provider, body, **options):
    """As the provider would: signed, or to an address with the secret."""
    address = SECRET if provider in BY_ADDRESS else ""
    return post(client, provider, body, address=address, **options).status_code


def test_an_unsigned_delivery_is_refused(client, provider):
    assert post(client, provider, encoded(provider, payload_of(provider)), headers={}).status_code == 401
    assert not Delivery.objects.exists()


def test_a_wrongly_signed_delivery_is_refused(client, provider):
    body = encoded(provider, payload_of(provider))
    address = "another-secret" if provider in BY_ADDRESS else ""
    assert post(client, provider, body, secret="another secret", address=address).status_code == 401
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("provider", [name for name in SIGN if name not in UNTIMED])
@pytest.mark.parametrize("seconds", [-4000, 4000])
def test_a_stale_delivery_is_refused(client, provider, seconds):
    body = encoded(provider, payload_of(provider))
    assert post(client, provider, body, now=time.time() + seconds).status_code == 401


@pytest.mark.parametrize("provider", [*SIGN_THE_BODY, "synthflow"])
def test_a_changed_body_under_an_old_signature_changes_no_call(client, provider):
    payload = payload_of(provider)
    send(client, provider, encoded(provider, payload))
    process_waiting()
    before = picture()
    headers = SIGN[provider](encoded(provider, payload), time.time(), SECRET)
    changes = {"duration_seconds": 1} if provider == "callmon" else {REQUIRED[provider]: payload_id(provider, payload)}
    forged = encoded(provider, changed(payload, changes | {"forged": True}))
    answer = post(client, provider, forged, headers=headers)
    process_waiting()
    assert answer.status_code == (200 if provider == "synthflow" else 401)
    assert picture() == before


def payload_id(provider, payload):
    value = payload
    for name in REQUIRED[provider].split("."):
        value = value[name]
    return value


def test_a_replayed_delivery_is_one_delivery_and_one_call(client, provider):
    body = encoded(provider, payload_of(provider))
    assert [send(client, provider, body) for _ in range(3)] == [200, 200, 200]
    process_waiting()
    before = picture()
    assert send(client, provider, body) == 200
    assert (process_waiting(), picture(), Delivery.objects.count()) == (0, before, 1)


@pytest.mark.parametrize("provider", SIGN_THE_BODY)
def test_a_truncated_delivery_under_the_signature_of_the_whole_is_refused(client, provider):
    body = encoded(provider, payload_of(provider))
    headers = SIGN[provider](body, time.time(), SECRET)
    assert post(client, provider, body[: len(body) // 2], headers=headers).status_code == 401
    assert not Delivery.objects.exists()


# Half a form is a form.
@pytest.mark.parametrize("provider", sorted(SENDERS.keys() - {"twilio"}))
def test_a_truncated_delivery_is_refused_whoever_signed_it(client, provider):
    body = encoded(provider, payload_of(provider))
    expected = 401 if provider == "synthflow" and provider not in BY_ADDRESS else 400
    assert send(client, provider, body[: len(body) // 2]) == expected
    assert not Call.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le", "utf-8-sig"])
def test_another_encoding_is_refused(client, provider, encoding):
    body = encoded(provider, payload_of(provider)).decode().encode(encoding)
    status = send(client, provider, body)
    process_waiting()
    assert status in (400, 401) or Delivery.objects.get().state == "rejected"


@pytest.mark.parametrize(("provider", "changes"), UNKNOWN_EVENT.items(), ids=UNKNOWN_EVENT)
def test_an_unknown_event_is_taken_and_not_used_or_a_call_that_failed(client, provider, changes):
    assert send(client, provider, encoded(provider, changed(payload_of(provider), changes))) == 200
    process_waiting()
    delivery = Delivery.objects.get()
    assert delivery.state == "ignored" or delivery.call.status in ("failed", "in_progress", "completed")


def test_an_unknown_status_of_the_native_format_is_rejected_with_the_path(client):
    assert send(client, "callmon", encoded("callmon", changed(CALL, {"status": "humming"}))) == 200
    process_waiting()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.call, delivery.reason.partition(":")[0]) == ("rejected", None, "status")


@pytest.mark.parametrize("value", [None, {}, []])
def test_without_the_id_of_a_call_it_is_rejected_with_the_path(client, provider, value):
    if provider == "twilio" and value != []:
        value = None
    payload = changed(payload_of(provider), {REQUIRED[provider]: value})
    for name in {"twilio": ["CallSid"], "bolna": ["execution_id"]}.get(provider, ()):
        del payload[name]
    status = send(client, provider, encoded(provider, payload))
    process_waiting()
    assert not Call.objects.exists()
    if status == 200:
        assert Delivery.objects.get().reason.startswith(f"{REQUIRED[provider]}: ")
    else:
        assert (status, provider) == (401, "synthflow")  # which signs the id


def test_a_field_of_a_wrong_type_never_breaks_anything(client, provider):
    payload, statuses = payload_of(provider), set()
    random = Random(provider)
    for place in random.sample(sorted(places(payload), key=str), min(60, len(list(places(payload))))):
        spoilt = copy.deepcopy(payload)
        spoil(spoilt, place, random.choice([None, 12345678901234567890, "text", [], {}, [None], {"a": [1]}, True]))
        statuses.add(send(client, provider, encoded(provider, spoilt)))
    process_waiting()
    assert statuses <= {200, 400, 401}
    reasons = Delivery.objects.values_list("reason", flat=True)
    assert not [reason for reason in reasons if "internal error" in reason]
    assert not Delivery.objects.filter(state="waiting").exists()


@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_any_spoilt_body_is_kept_or_refused_with_a_reason(client, data):
    provider = data.draw(st.sampled_from(sorted(SENDERS)))
    names = [name for name in NAMES if name.startswith(f"{provider}_")]
    payload = copy.deepcopy(sample(data.draw(st.sampled_from(names))) if names else CALL)
    for _ in range(data.draw(st.integers(1, 3))):
        if known := list(places(payload)):
            spoil(payload, data.draw(st.sampled_from(known)), data.draw(st.sampled_from([*ODD, "DELETE"])))
    try:
        body = encoded(provider, payload)
    except UnicodeEncodeError:
        return  # no form has half a character
    status = send(client, provider, body)
    process_waiting()
    assert status in (200, 400, 401)
    assert not Delivery.objects.filter(state="waiting").exists()
    assert not Delivery.objects.filter(reason__contains="internal error").exists()
