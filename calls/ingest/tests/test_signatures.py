"""Signatures, made over the exact bytes of the samples."""

import json
import re
from dataclasses import replace

import pytest

from calls.ingest.providers import SENDERS
from calls.ingest.providers.vapi_signature import WINDOW_SECONDS
from calls.ingest.signatures import Received
from calls.ingest.tests.payloads import SAMPLES
from calls.ingest.tests.signing import VECTORS, mac

SIGNED = [vector for vector in VECTORS if vector["secret"]]


def number(text, default):
    return float(match[0]) if (match := re.search(r"\d{9,}", text)) else default


def received(vector):
    """The delivery of a vector, at the time that it is valid."""
    body = vector["body"].encode() if "body" in vector else (SAMPLES / vector["file"]).read_bytes()
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    now = vector.get("valid_at") or number(headers.get("x-timestamp", ""), 1_784_000_000)
    return Received(headers, body, vector.get("url", "https://calls.example.com/webhooks/x/"), now)


def verify(vector, what, *secrets):
    return SENDERS[vector["provider"]].verify(what, secrets or (vector["secret"],))


def named(vector):
    return f"{vector['provider']}: {vector['scheme'][:40]}"


@pytest.fixture(params=SIGNED, ids=named)
def vector(request):
    return request.param


def test_it_is_verified(vector):
    assert verify(vector, received(vector))


def test_it_is_verified_by_any_of_several_secrets(vector):
    assert verify(vector, received(vector), "an older secret", vector["secret"])


def test_another_secret_does_not_verify_it(vector):
    assert not verify(vector, received(vector), "another secret")


def test_no_secret_verifies_nothing(vector):
    assert not SENDERS[vector["provider"]].verify(received(vector), ())


def test_without_its_headers_it_is_not_verified(vector):
    assert not verify(vector, replace(received(vector), headers={}))


def test_an_empty_signature_is_none(vector):
    what = received(vector)
    assert not verify(vector, replace(what, headers=dict.fromkeys(what.headers, "")))


COVERS_THE_BODY = [
    vector for vector in SIGNED if vector["provider"] not in ("synthflow", "dograh") and "hmac" in vector["scheme"]
] + [vector for vector in SIGNED if vector["provider"] == "livekit"]


@pytest.mark.parametrize("vector", COVERS_THE_BODY, ids=named)
def test_another_body_is_not_verified(vector):
    what = received(vector)
    assert not verify(vector, replace(what, body=what.body.replace(b"1", b"2")))
    assert not verify(vector, replace(what, body=what.body + b" "))


@pytest.mark.parametrize("vector", [one for one in SIGNED if one.get("window_seconds")], ids=named)
def test_it_is_stale_after_its_window(vector):
    what, window = received(vector), vector["window_seconds"]
    assert not verify(vector, replace(what, now=what.now + window + 1))
    assert not verify(vector, replace(what, now=what.now - window - 1))


def test_a_signed_time_of_vapi_is_stale_after_five_minutes():
    vector = next(vector for vector in SIGNED if "X-Timestamp" in vector["headers"])
    what = received(vector)
    assert verify(vector, replace(what, now=what.now + WINDOW_SECONDS))
    assert not verify(vector, replace(what, now=what.now + WINDOW_SECONDS + 1))


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "sha1"])
def test_vapi_signs_with_any_of_its_algorithms_and_in_the_style_of_svix(algorithm):
    from base64 import b64encode

    now, body = 1_784_041_368, b"{}"
    signature = b64encode(mac(f"m1.{now}.".encode() + body, "s", algorithm)).decode()
    headers = {"svix-id": "m1", "svix-timestamp": str(now), "svix-signature": f"v1,bad v1,{signature}"}
    assert SENDERS["vapi"].verify(Received(headers, body, "", now), ["s"])


def test_an_address_of_twilio_may_have_its_port_or_not():
    vector = next(vector for vector in SIGNED if vector["provider"] == "twilio")
    what = received(vector)
    with_port = replace(what, url=what.url.replace("example.com", "example.com:443"))
    assert verify(vector, with_port)
    assert not verify(vector, replace(what, url=what.url.replace("example.com", "example.com:8443")))
    assert not verify(vector, replace(what, url=what.url.replace("https", "http")))


def test_twilio_signs_the_address_of_a_json_body_with_its_digest():
    import hashlib
    from base64 import b64encode

    body = b'{"sid": "CA1"}'
    url = f"https://calls.example.com/webhooks/twilio/?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": b64encode(mac(url.encode(), "s", "sha1")).decode()}
    assert SENDERS["twilio"].verify(Received(headers, body, url, 0), ["s"])
    assert not SENDERS["twilio"].verify(Received(headers, body + b" ", url, 0), ["s"])


def test_livekit_accepts_only_its_own_key_and_algorithm():
    vector = next(vector for vector in SIGNED if vector["provider"] == "livekit")
    what = received(vector)
    assert verify(vector, what, f"{vector['api_key']}:{vector['secret']}")
    assert not verify(vector, what, f"another:{vector['secret']}")
    unsigned = f"eyJhbGciOiJub25lIn0.{what.headers['authorization'].split('.')[1]}."
    assert not verify(vector, replace(what, headers={"authorization": unsigned}))


def test_ultravox_has_a_signature_for_each_of_its_secrets():
    vector = next(vector for vector in SIGNED if vector["provider"] == "ultravox")
    what = received(vector)
    first, second = what.headers["x-ultravox-webhook-signature"].split(",")
    headers = {**what.headers, "x-ultravox-webhook-signature": first}
    other = {**what.headers, "x-ultravox-webhook-signature": second}
    assert [verify(vector, replace(what, headers=one)) for one in (headers, other)].count(True) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "dograh_demo_key"},
        {"authorization": "Bearer dograh_demo_key"},
        {"authorization": "Basic ZG9ncmFoX2RlbW9fa2V5"},
        {"x-of-my-own": "dograh_demo_key"},
    ],
)
def test_dograh_sends_the_secret_in_a_header_of_any_kind(headers):
    assert SENDERS["dograh"].verify(Received(headers, b"{}", "", 0), ["dograh_demo_key"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"call": 1}', b'{"call": {"call_id": 1}}', b"\xff"])
def test_synthflow_signs_nothing_without_the_id_of_a_call(body):
    from base64 import b64encode

    headers = {"synthflow-signature": b64encode(mac(b"", "s")).decode()}
    assert not SENDERS["synthflow"].verify(Received(headers, body, "", 0), ["s"])


def test_a_signature_of_synthflow_is_good_once():
    sample = json.loads((SAMPLES / "synthflow_webhook_completed.json").read_text())
    forged = {**sample, "analysis": {}, "call": {**sample["call"], "transcript": "bot: something else"}}
    synthflow = SENDERS["synthflow"]
    assert synthflow.once(forged) == synthflow.once(sample)
    assert synthflow.once({**sample, "status": "failed"}) != synthflow.once(sample)
