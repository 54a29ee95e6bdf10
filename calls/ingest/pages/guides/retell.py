"""Retell."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, epoch_ms


def sample(id: str, now: datetime) -> bytes:
    call = {
        "call_id": id,
        "call_type": "phone_call",
        "call_status": "ended",
        "direction": "inbound",
        "from_number": "+12025550123",
        "to_number": "+12025550100",
        "start_timestamp": epoch_ms(now - timedelta(seconds=48)),
        "end_timestamp": epoch_ms(now),
        "duration_ms": 48_000,
        "disconnection_reason": "user_hangup",
    }
    return as_json({"event": "call_ended", "call": call})


GUIDE = Guide(
    title="Retell",
    secret=Secret.THEIRS,
    proof="Retell signs with an API key of your workspace, the one with the webhook badge. Copy it from API Keys "
    "in the Retell dashboard.",
    steps=(
        "Paste the address under Webhooks for the whole account, or in the agent's Webhook Settings.",
        "Keep all of call_started, call_ended and call_analyzed switched on. A dial that fails sends no call_started, "
        "only call_ended, so busy and unanswered calls need that one.",
        "transcript_updated is not used and may stay off.",
    ),
    cannot=(
        "An agent with restricted data storage sends no transcript and no recording, on purpose.",
        "With signed addresses a recording can be fetched for 24 hours only; it is fetched at once.",
    ),
    sample=sample,
)
