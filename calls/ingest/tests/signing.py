"""Deliveries as platforms sign them, to test with: plain functions with defaults."""

import hmac
import json
import time

from calls.ingest.tests.payloads import SAMPLES

SECRET = "a secret of the tests"
VECTORS = json.loads((SAMPLES / "signature_vectors.json").read_text())["vectors"]


def mac(message, secret=SECRET, algorithm="sha256"):
    return hmac.digest(secret.encode(), message, algorithm)


def retell(body, now, secret=SECRET):
    stamp = str(int(now * 1000))
    return {"X-Retell-Signature": f"v={stamp},d={mac(body + stamp.encode(), secret).hex()}"}


def elevenlabs(body, now, secret=SECRET):
    stamp = str(int(now))
    return {"ElevenLabs-Signature": f"t={stamp},v0={mac(stamp.encode() + b'.' + body, secret).hex()}"}


def callmon(body, now, secret=SECRET):
    stamp = str(int(now))
    return {"X-Signature": f"t={stamp},v1={mac(stamp.encode() + b'.' + body, secret).hex()}"}


def vapi(body, now, secret=SECRET):
    stamp = str(int(now * 1000))
    return {"X-Timestamp": stamp, "X-Signature": mac(stamp.encode() + b"." + body, secret).hex()}


SIGN = {"retell": retell, "elevenlabs": elevenlabs, "callmon": callmon, "vapi": vapi}


def post(client, provider, body, *, address="", headers=None, now=None, secret=SECRET, **options):
    """The answer to a delivery that is signed as the provider does, or has the secret in its address."""
    path = f"/webhooks/{provider}/{address}{'/' if address else ''}"
    if headers is None:
        headers = SIGN[provider](body, now or time.time(), secret) if provider in SIGN and not address else {}
    options = {"content_type": "application/json"} | options
    return client.post(path, body, headers=headers, **options)
