"""The native format."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, iso


def sample(id: str, now: datetime) -> bytes:
    return as_json(
        {
            "id": id,
            "status": "completed",
            "direction": "inbound",
            "from_number": "+12025550123",
            "to_number": "+12025550100",
            "started_at": iso(now - timedelta(seconds=50)),
            "answered_at": iso(now - timedelta(seconds=48)),
            "ended_at": iso(now),
            "transcript": [{"speaker": "assistant", "start_seconds": 0.0, "text": "Hello! How can I help?"}],
        }
    )


GUIDE = Guide(
    title="Your own stack",
    secret=Secret.OURS,
    proof="Make a secret here. Sign with X-Signature: t=<epoch seconds>,v1=<hex of HMAC-SHA256 over t, a dot and "
    "the body>; or use the address that has the secret in it.",
    steps=(
        "Post one call as JSON in the native format for each change: when it begins, and when it ends with all that is "
        "known. The same source and id name the same call.",
        "Pipecat, LiveKit Agents, Vocode, Asterisk and whatever else runs your assistants can do this in a few lines. "
        "Programs that send many calls at once use the API.",
    ),
    cannot=("What you leave out is not known; it never erases what is.",),
    sample=sample,
)
