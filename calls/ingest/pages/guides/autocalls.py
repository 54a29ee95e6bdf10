"""Autocalls."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, iso


def fields(id: str, now: datetime) -> dict[str, object]:
    return {
        "id": int(id.rpartition("-")[2], 16),
        "customer_phone": "+12025550123",
        "assistant_phone": "+12025550100",
        "duration": 48,
        "status": "completed",
        "extracted_variables": {"status": True, "summary": "A test delivery."},
        "input_variables": {},
        "transcript": "AI: Hello! How can I help?\nCustomer: Just a test.",
        "recording_url": None,
        "created_at": iso(now - timedelta(seconds=50)),
        "finished_at": iso(now),
        "lead": None,
    }


def sample(id: str, now: datetime) -> bytes:
    return as_json(fields(id, now))


STEPS = (
    "In the assistant's post-call actions switch the webhook on and paste the address. Use an address for each "
    "assistant, with its name: …/?assistant=Support%20line.",
    "Switch “Send webhook only on completed” off. It is on at first, and calls that are unanswered, busy or fail "
    "never arrive until then.",
    "Switch recording on in the assistant, or there is no recording.",
)
CANNOT = (
    "Neither the assistant nor the direction is sent: the address names the assistant.",
    "There is no cost and there are no response times.",
    "The transcript has no times, so that it does not follow the recording.",
    "Voicemail is not told.",
)
PROOF = "Make a secret here; it becomes a part of the address, since nothing is signed."

GUIDE = Guide(
    title="Autocalls",
    secret=Secret.ADDRESS,
    proof=PROOF,
    steps=STEPS,
    cannot=CANNOT,
    sample=sample,
)
