"""LiveKit."""

from __future__ import annotations

from datetime import datetime, timedelta

from calls.ingest.pages.guides.guide import Guide, Secret, as_json


def sample(id: str, now: datetime) -> bytes:
    participant = {
        "sid": "PA_test",
        "identity": "sip_+12025550123",
        "kind": "SIP",
        "joinedAt": str(int((now - timedelta(seconds=48)).timestamp())),
        "disconnectReason": "CLIENT_INITIATED",
        "attributes": {
            "sip.callID": id,
            "sip.phoneNumber": "+12025550123",
            "sip.trunkPhoneNumber": "+12025550100",
            "sip.callStatus": "hangup",
        },
    }
    return as_json(
        {
            "event": "participant_left",
            "id": f"EV_{id}",
            "createdAt": str(int(now.timestamp())),
            "room": {"sid": f"RM_{id}", "name": "test-delivery"},
            "participant": participant,
        }
    )


GUIDE = Guide(
    title="LiveKit",
    secret=Secret.THEIRS,
    proof="LiveKit signs with the API secret of the key that you choose for the webhook. Copy it from the "
    "project's settings.",
    steps=(
        "In the project's settings under Webhooks paste the address and choose the API key.",
        "For transcripts and response times let the agent post its session report, SessionReport.to_dict(), to the "
        "address that has the secret in it when a session is over.",
        "Recordings come from egress: start one for each room, into storage that this site can read.",
    ),
    cannot=(
        "A call is put together from its room, its SIP participant, egress and session report; without the report "
        "there is no transcript.",
        "There is no cost: LiveKit tells quantities, not money.",
        "Voicemail is known only where the agent tells it in its report.",
        "With hidden phone numbers the numbers are not sent.",
    ),
    sample=sample,
)
