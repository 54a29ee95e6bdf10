"""Synthflow."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, iso


def sample(id: str, now: datetime) -> bytes:
    call = {
        "call_id": id,
        "model_id": "callmon-test",
        "status": "completed",
        "end_call_reason": "human_goodbye",
        "duration": 48,
        "start_time": iso(now - timedelta(seconds=48)),
        "transcript": "\nbot: Hello! How can I help?\nhuman: Just a test.",
        "type_of_call": "inbound",
        "phone_number_from": "+12025550123",
        "phone_number_to": "+12025550100",
    }
    return as_json({"status": "completed", "lead": {"phone_number": "+12025550123"}, "call": call})


GUIDE = Guide(
    title="Synthflow",
    secret=Secret.ADDRESS,
    proof="Make a secret here; it becomes a part of the address. Synthflow's own signature covers the id of a "
    "call and nothing else, so that the address is the better proof.",
    steps=(
        "In each agent paste the address as its webhook URL for finished calls.",
        "Unanswered, busy and failed calls are sent with their status; nothing has to be switched on.",
    ),
    cannot=(
        "There is no cost and there are no response times.",
        "The transcript has no times, so that it does not follow the recording.",
        "The duration includes ringing.",
        "A call appears when it is over.",
    ),
    sample=sample,
)
