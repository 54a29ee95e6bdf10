"""Bolna."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json


def sample(id: str, now: datetime) -> bytes:
    return as_json(
        {
            "id": id,
            "agent_id": "callmon-test",
            "created_at": plain(now - timedelta(seconds=50)),
            "updated_at": plain(now),
            "status": "completed",
            "conversation_duration": 48,
            "total_cost": 7.2,
            "cost_breakdown": {"llm": 3.2, "network": 1.5, "platform": 2.5},
            "transcript": "assistant: Hello! How can I help?\nuser: Just a test.",
            "answered_by_voice_mail": False,
            "telephony_data": {
                "duration": "50",
                "from_number": "+12025550100",
                "to_number": "+12025550123",
                "call_type": "outbound",
                "hangup_by": "Caller",
            },
        }
    )


def plain(moment: datetime) -> str:
    """Without a zone, as Bolna writes UTC."""
    return moment.replace(tzinfo=None).isoformat()


GUIDE = Guide(
    title="Bolna",
    secret=Secret.ADDRESS,
    proof="Make a secret here; it becomes a part of the address, since Bolna signs nothing.",
    steps=(
        "In the agent's Analytics tab paste the address under “Push all execution data to webhook”.",
        "Bolna sends the call with every change of its status, busy and unanswered ones included.",
        "Bolna sends from one address, 13.203.39.153: a firewall in front of this site may be closed to others.",
    ),
    cannot=(
        "The transcript has no times, so that it does not follow the recording.",
        "Completed does not mean that somebody spoke: a call without a conversation is unanswered.",
    ),
    sample=sample,
)
