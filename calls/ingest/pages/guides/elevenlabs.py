"""ElevenLabs Agents."""

from __future__ import annotations

from datetime import datetime

from calls.ingest.pages.guides.guide import Guide, Secret, as_json


def sample(id: str, now: datetime) -> bytes:
    seconds = int(now.timestamp())
    data = {
        "agent_id": "callmon-test",
        "agent_name": "Test delivery",
        "conversation_id": id,
        "status": "done",
        "transcript": [{"role": "agent", "message": "Hello! How can I help?", "time_in_call_secs": 0}],
        "metadata": {"start_time_unix_secs": seconds - 48, "call_duration_secs": 48},
        "analysis": {"call_successful": "success"},
    }
    return as_json({"type": "post_call_transcription", "event_timestamp": seconds, "data": data})


GUIDE = Guide(
    title="ElevenLabs",
    secret=Secret.THEIRS,
    proof="ElevenLabs makes the secret when you create the webhook, and shows it once. Copy it from there.",
    steps=(
        "In Agents, Settings, create a post-call webhook with the address and HMAC authentication.",
        "Switch on transcription, audio and call initiation failure. The last one is the only place where busy and "
        "unanswered outbound calls appear.",
        "Choose the webhook for the workspace, or in each agent that has an own one.",
        "A webhook that fails ten times in a row is switched off by ElevenLabs: look here when deliveries stop.",
    ),
    cannot=(
        "A call appears when it is over: there is no delivery for its beginning.",
        "Times in the transcript are whole seconds.",
        "The recording comes as a delivery of its own, or not at all where audio is switched off.",
        "The price in USD comes late or never; credits are converted by the rate below.",
    ),
    sample=sample,
)
