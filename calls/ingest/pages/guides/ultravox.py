"""Ultravox."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json, iso


def sample(id: str, now: datetime) -> bytes:
    call = {
        "callId": id,
        "created": iso(now - timedelta(seconds=50)),
        "joined": iso(now - timedelta(seconds=48)),
        "ended": iso(now),
        "endReason": "hangup",
        "medium": {"sip": {"incoming": {"from": "+12025550123", "to": "+12025550100"}}},
        "recordingEnabled": False,
    }
    return as_json({"event": "call.ended", "call": call})


GUIDE = Guide(
    title="Ultravox",
    secret=Secret.THEIRS,
    proof="Ultravox makes a secret for each webhook. Copy it from there; two may be valid while you exchange it.",
    steps=(
        "Under Settings, Webhooks create a webhook with the address.",
        "Choose call.started, call.joined, call.ended and call.billed. A call that nobody answers sends no "
        "call.joined, and ends as unjoined.",
    ),
    cannot=(
        "No transcript, no recording and no cost: Ultravox has them in its API only.",
        "Neither voicemail nor busy: a call that nobody answered is unanswered whatever the reason.",
    ),
    sample=sample,
)
