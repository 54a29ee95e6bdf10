"""Deliveries as platforms sign them, to test with: plain functions with defaults."""

import hashlib
import hmac
import json
import time
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from urllib.parse import parse_qs

from django.conf import settings

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


def bland(body, now, secret=SECRET):
    return {"X-Webhook-Signature": mac(body, secret).hex()}


def ultravox(body, now, secret=SECRET):
    stamp = datetime.fromtimestamp(now, UTC).isoformat()
    signature = mac(body + stamp.encode(), secret).hex()
    return {"X-Ultravox-Webhook-Timestamp": stamp, "X-Ultravox-Webhook-Signature": f"{'0' * 64},{signature}"}


def synthflow(body, now, secret=SECRET):
    try:
        call_id = json.loads(body)["call"]["call_id"]
    except (ValueError, TypeError, KeyError):
        call_id = ""
    return {"Synthflow-Signature": b64encode(mac(str(call_id).encode("utf-8", "replace"), secret)).decode()}


def twilio(body, now, secret=SECRET):
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    signed = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    message = f"{settings.PUBLIC_URL}/webhooks/twilio/{signed}".encode("utf-8", "replace")
    return {"X-Twilio-Signature": b64encode(mac(message, secret, "sha1")).decode()}


def livekit(body, now, secret=SECRET):
    digest = b64encode(hashlib.sha256(body).digest()).decode()
    claims = {"iss": "APItests", "nbf": int(now), "exp": int(now) + 300, "sha256": digest}
    signed = b".".join(_in_token(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
    return {"Authorization": b".".join([signed, _in_token(mac(signed, secret))]).decode()}


def _in_token(data):
    return urlsafe_b64encode(data).rstrip(b"=")


def dograh(body, now, secret=SECRET):
    return {"X-API-Key": secret}


SIGN = {
    "bland": bland,
    "callmon": callmon,
    "dograh": dograh,
    "elevenlabs": elevenlabs,
    "livekit": livekit,
    "retell": retell,
    "synthflow": synthflow,
    "twilio": twilio,
    "ultravox": ultravox,
    "vapi": vapi,
}
CONTENT_TYPES = {"twilio": "application/x-www-form-urlencoded", "livekit": "application/webhook+json"}


def post(client, provider, body, *, address="", headers=None, now=None, secret=SECRET, **options):
    """The answer to a delivery that is signed as the provider does, or has the secret in its address."""
    path = f"/webhooks/{provider}/{address}{'/' if address else ''}"
    if headers is None:
        headers = SIGN[provider](body, now or time.time(), secret) if provider in SIGN and not address else {}
    options = {"content_type": CONTENT_TYPES.get(provider, "application/json")} | options
    return client.post(path, body, headers=headers, **options)
