"""LiveKit: webhooks of rooms, SIP participants and egress, and the session report of an agent.

A call is a room; what is told of it is put together by the room's sid.
https://docs.livekit.io/home/server/webhooks/, https://docs.livekit.io/deploy/observability/data/
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from calls.choices import Direction, EndedBy, Status
from calls.ingest.normalised import Ignored, Json, NormalisedCall, RecordingReference
from calls.ingest.providers import livekit_report
from calls.ingest.reading import NAME_LENGTH, NUMBER_LENGTH, WORD_LENGTH, Fields, part
from calls.ingest.signatures import Received, is_one_of, mac, sha256
from calls.ingest.values import milliseconds, number_in

NAME = "livekit"
ADDRESS_SUFFICES = True  # a session report is posted by the user's own code
CLOCK_SECONDS = 60  # by which two clocks may differ
EPOCH_TIME = "epoch seconds"

# The events that are used, in their order.
EVENTS = ("room_started", "participant_joined", "egress_ended", "participant_left", "room_finished")
CALL_STATUSES = {
    "dialing": Status.INITIATED,
    "ringing": Status.RINGING,
    "active": Status.IN_PROGRESS,
    "automation": Status.IN_PROGRESS,
}
# Every other reason is a failure.
DISCONNECT_REASONS = {
    "CLIENT_INITIATED": Status.COMPLETED,
    "ROOM_DELETED": Status.COMPLETED,
    "PARTICIPANT_REMOVED": Status.COMPLETED,
    "ROOM_CLOSED": Status.COMPLETED,
    "USER_UNAVAILABLE": Status.UNANSWERED,
    "USER_REJECTED": Status.BUSY,
}
ENDED_BY = {
    "CLIENT_INITIATED": EndedBy.CALLER,
    "USER_REJECTED": EndedBy.CALLER,
    "ROOM_DELETED": EndedBy.ASSISTANT,
    "PARTICIPANT_REMOVED": EndedBy.ASSISTANT,
}


def recognises(payload: dict[str, Json]) -> bool:
    is_webhook = "event" in payload and "createdAt" in payload
    return is_webhook or ("job_id" in payload and "chat_history" in payload)


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """A JWT (HS256) that has the digest of the body. A secret may be written with its key, as `APIkey:secret`: then
    the key must be the issuer too."""
    token = received.header("authorization").removeprefix("Bearer ").split(".")
    if len(token) != 3 or _claims(token[0]).get("alg") != "HS256":
        return False
    signed, given, claims = f"{token[0]}.{token[1]}".encode(), token[2].rstrip("="), _claims(token[1])
    pairs = [secret.rpartition(":") for secret in secrets]
    made_it = [is_one_of(given, [_url_base64(mac(secret, signed))]) for _, _, secret in pairs]
    issuers = [key for (key, _, _), is_right in zip(pairs, made_it, strict=True) if is_right]
    is_ours = any(not key or is_one_of(str(claims.get("iss")), [key]) for key in issuers)
    digest = b64encode(sha256(received.body)).decode()
    return is_ours and _is_valid_at(claims, received.now) and is_one_of(str(claims.get("sha256", "")), [digest])


def _claims(text: str) -> dict[str, Json]:
    try:
        claims = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _url_base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _is_valid_at(claims: dict[str, Json], now: float) -> bool:
    """Without an end it would be valid for ever."""
    begin, end = number_in(claims.get("nbf", 0)), number_in(claims.get("exp"))
    return begin is not None and end is not None and begin - CLOCK_SECONDS <= now <= end


def event(payload: dict[str, Json]) -> str:
    return "session_report" if "chat_history" in payload else str(payload.get("event", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    body = Fields.of(payload)
    if "chat_history" in payload:
        return livekit_report.parse(body, NAME)
    kind = body.required_key("event")
    if kind not in EVENTS:
        raise Ignored(f"LiveKit sends {kind}; the call log does not use it")
    moment = body.moment("createdAt", EPOCH_TIME)
    if kind == "egress_ended":
        return _egress(body.fields("egressInfo"), moment)
    if kind.startswith("participant"):
        return _participant(body, kind, moment)
    return _room(body.fields("room"), kind, moment)


def _room(room: Fields, kind: str, moment: datetime | None) -> NormalisedCall:
    """The end of a room is the end of a call of which nothing else told it."""
    is_over = kind == "room_finished"
    return NormalisedCall(
        source=NAME,
        external_id=room.required_key("sid"),
        observed_at=moment,
        sequence=EVENTS.index(kind),
        status=None if is_over else Status.INITIATED,
        started_at=_created_at(room),
        ended_at=moment if is_over else None,
        metadata=part("room", room.beyond("name", "metadata")),
    )


def _created_at(room: Fields) -> datetime | None:
    return room.moment("creationTimeMs", EPOCH_TIME) or room.moment("creationTime", EPOCH_TIME)


def _participant(body: Fields, kind: str, moment: datetime | None) -> NormalisedCall:
    """Only the telephone side tells of the call; the agent and others come and go."""
    person, room = body.fields("participant"), body.fields("room")
    if person.text("kind") != "SIP":
        raise Ignored(f"LiveKit sends {kind} of a participant that is no telephone; the call log does not use it")
    facts, has_left = person.fields("attributes"), kind == "participant_left"
    reason = person.text("disconnectReason")
    status = _status(facts, reason, has_left)
    joined_at = person.moment("joinedAtMs", EPOCH_TIME) or person.moment("joinedAt", EPOCH_TIME)
    answered_at = joined_at if status in (Status.IN_PROGRESS, Status.COMPLETED) else None
    direction, from_number, to_number = _sides(facts)
    return NormalisedCall(
        source=NAME,
        external_id=room.required_key("sid"),
        observed_at=moment,
        sequence=EVENTS.index(kind),
        status=status,
        raw_status=facts.text("sip.callStatus", WORD_LENGTH),
        ended_reason=reason and reason[:NAME_LENGTH] if has_left else None,
        ended_by=ENDED_BY.get(reason or "", EndedBy.SYSTEM) if has_left else None,
        direction=direction,
        from_number=from_number,
        to_number=to_number,
        started_at=_created_at(room) or joined_at,
        answered_at=answered_at,
        ended_at=moment if has_left else None,
        duration_ms=milliseconds(answered_at, moment) if has_left else None,
        metadata={
            **facts.beyond("sip.callID", "sip.trunkID", "sip.ruleID", "sip.twilio.callSid"),
            **part("room", room.beyond("name", "metadata")),
        },
    )


def _status(facts: Fields, reason: str | None, has_left: bool) -> Status:
    if has_left:
        return DISCONNECT_REASONS.get(reason or "", Status.FAILED)
    return CALL_STATUSES.get(facts.text("sip.callStatus") or "", Status.INITIATED)


def _sides(facts: Fields) -> tuple[Direction, str | None, str | None]:
    """(direction, from, to): only what came in was sent here by a dispatch rule."""
    other, ours = facts.text("sip.phoneNumber", NUMBER_LENGTH), facts.text("sip.trunkPhoneNumber", NUMBER_LENGTH)
    is_inbound = facts.get("sip.ruleID") is not None
    return (Direction.INBOUND, other, ours) if is_inbound else (Direction.OUTBOUND, ours, other)


def _egress(egress: Fields, moment: datetime | None) -> NormalisedCall:
    """A recording, where it was kept; the bucket is usually private."""
    files = [*egress.items("fileResults"), egress.fields("file")]
    url = next(filter(None, (file.url("location") for file in files)), None)
    if url is None:
        status = egress.text("status")
        raise Ignored(f"LiveKit's egress ended as {status} without a file that has an address")
    mixing = egress.fields("roomComposite").text("audioMixing") or ""
    return NormalisedCall(
        source=NAME,
        external_id=egress.required_key("roomId"),
        observed_at=moment,
        sequence=EVENTS.index("egress_ended"),
        recording=RecordingReference(url, 2 if mixing.startswith("DUAL_CHANNEL") else 1),
        metadata=part("egress", egress.beyond("egressId", "status", "error")),
    )
