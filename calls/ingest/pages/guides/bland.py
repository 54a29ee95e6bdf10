"""Bland."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, iso


def sample(id: str, now: datetime) -> bytes:
    return as_json(
        {
            "call_id": id,
            "c_id": id,
            "to": "+12025550123",
            "from": "+12025550100",
            "inbound": False,
            "call_length": 0.8,
            "created_at": iso(now - timedelta(seconds=50)),
            "started_at": iso(now - timedelta(seconds=48)),
            "end_at": iso(now),
            "status": "completed",
            "completed": True,
            "queue_status": "complete",
            "answered_by": "human",
            "price": 0.072,
            "transcripts": [],
        }
    )


GUIDE = Guide(
    title="Bland",
    secret=Secret.OURS,
    proof="Make a secret here and use the address that has it; or create a webhook signing secret in Bland's "
    "account settings, enter it here, and use the plain address.",
    steps=(
        "Send the address as “webhook” with each call or batch, and set it on inbound numbers and pathways.",
        "Nothing else is needed: calls that are busy, unanswered or fail are sent too.",
        "Bland sends a second delivery with a corrected transcript after 30 to 60 seconds; it joins the call.",
    ),
    cannot=(
        "A call appears when it is over.",
        "The price is one figure, without its parts.",
        "There are no response times.",
        "Signatures have no time, so an old delivery that is sent again is only known by its content.",
    ),
    sample=sample,
)
