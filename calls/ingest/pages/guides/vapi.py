"""Vapi."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, epoch_ms, iso


def sample(id: str, now: datetime) -> bytes:
    call = {"id": id, "type": "inboundPhoneCall", "createdAt": iso(now - timedelta(seconds=48))}
    message = {
        "type": "end-of-call-report",
        "timestamp": epoch_ms(now),
        "startedAt": iso(now - timedelta(seconds=48)),
        "endedAt": iso(now),
        "endedReason": "customer-ended-call",
        "call": call,
        "customer": {"number": "+12025550123"},
        "artifact": {"messages": []},
        "analysis": {},
    }
    return as_json({"message": message})


GUIDE = Guide(
    title="Vapi",
    secret=Secret.OURS,
    proof="Make a secret here. In Vapi create a custom credential with it, as a bearer token or for HMAC, and "
    "choose it for the server URL; or leave the credential and use the address that has the secret in it.",
    steps=(
        "In the organisation's settings, or in each assistant under Advanced, Server URL, paste the address.",
        "Under Server Messages choose status-update and end-of-call-report. Status updates bring calls while they "
        "ring, and those that nobody answers.",
        "Vapi does not repeat a delivery by itself: set a backoff plan on the server URL, so that none is lost while "
        "this site is away.",
    ),
    cannot=(
        "Busy and unanswered are no statuses at Vapi; they are read from its ended reason.",
        "Recordings in private storage have addresses that end after a while; they are fetched at once.",
    ),
    sample=sample,
)
