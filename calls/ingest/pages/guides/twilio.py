"""Twilio."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from calls.ingest.pages.guides.guide import Guide, Secret


def sample(id: str, now: datetime) -> bytes:
    fields = {
        "CallSid": id,
        "AccountSid": "AC00000000000000000000000000000000",
        "From": "+12025550123",
        "To": "+12025550100",
        "Direction": "inbound",
        "CallStatus": "completed",
        "CallDuration": "48",
        "Duration": "1",
        "Timestamp": format_datetime(now),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "3",
    }
    return urlencode(fields).encode()


GUIDE = Guide(
    title="Twilio",
    secret=Secret.THEIRS,
    proof="Twilio signs with the auth token of your account. Copy it from the console.",
    steps=(
        "Paste the address as StatusCallback of numbers and of calls that you make, with StatusCallbackEvent "
        "initiated, ringing, answered and completed. Busy and unanswered calls come as completed ones with their "
        "status.",
        "Use the same address as RecordingStatusCallback and AsyncAmdStatusCallback, so that recordings and voicemail "
        "are known.",
        "The address must be exactly the one that Twilio calls: behind a proxy check PUBLIC_URL.",
        "To fetch recordings set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
    ),
    cannot=(
        "Twilio knows the telephone leg only: no assistant, no transcript, no captured variables, no response times.",
        "The price is known only later and is not in a callback.",
        "Signatures have no time.",
    ),
    sample=sample,
)
