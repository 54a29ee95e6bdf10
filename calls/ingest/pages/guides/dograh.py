"""Dograh."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, iso


def sample(id: str, now: datetime) -> bytes:
    return as_json(
        {
            "workflow_run_id": id,
            "workflow_id": 7,
            "workflow_name": "Test delivery",
            "call_time": iso(now - timedelta(seconds=48)),
            "initial_context": {"phone_number": "+12025550123"},
            "gathered_context": {"call_disposition": "user_hangup"},
            "cost_info": {"call_duration_seconds": 48},
            "call_disposition": "user_hangup",
        }
    )


GUIDE = Guide(
    title="Dograh",
    secret=Secret.ADDRESS,
    proof="Make a secret here and use the address that has it; or choose bearer token or API key as the "
    "webhook's credential and enter the same secret there.",
    steps=(
        "In the workflow add a webhook node with method POST and the address.",
        "Its body is yours to write. Take the variables by their names: workflow_run_id, workflow_name, call_time, "
        "initial_context, gathered_context, cost_info, annotations, recording_url, transcript_url.",
        "Switch repeating on: Dograh may send before recording and disposition exist, and the second delivery adds "
        "them.",
    ),
    cannot=(
        "What your body leaves out. Only workflow_run_id is needed.",
        "There is no price; Dograh counts tokens.",
        "The transcript is an address, not text.",
    ),
    sample=sample,
)
