"""Twilio: status, recording and machine detection callbacks, and call resources as the REST API gives them.

It knows the telephone leg only: no assistant, no transcript, no variables.
https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from calls.choices import LIVE_STATUSES, Direction, EndedBy, Status
from calls.ingest.normalised import Amount, Ignored, Json, NormalisedCall, RecordingReference
from calls.ingest.reading import NUMBER_LENGTH, WORD_LENGTH, Fields
from calls.ingest.records import Record, broken, record_in
from calls.ingest.signatures import Received, in_base64, is_one_of, sha256
from calls.ingest.values import mail_time

NAME = "twilio"
ADDRESS_SUFFICES = False
MOST_FIELDS = 1000
MAIL_TIME = "a time such as Sat, 18 Jul 2026 20:12:34 +0000"
DEFAULT_PORTS = {"https": 443, "http": 80}

STATUSES = {
    "queued": Status.INITIATED,
    "initiated": Status.INITIATED,
    "ringing": Status.RINGING,
    "in-progress": Status.IN_PROGRESS,
    "answered": Status.IN_PROGRESS,
    "completed": Status.COMPLETED,
    "busy": Status.BUSY,
    "no-answer": Status.UNANSWERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
# Who answered says what a completed call was; it may be told before or after the end.
ANSWERED_BY = {
    "machine_start": Status.VOICEMAIL,
    "machine_end_beep": Status.VOICEMAIL,
    "machine_end_silence": Status.VOICEMAIL,
    "machine_end_other": Status.VOICEMAIL,
    "machine": Status.VOICEMAIL,
    "fax": Status.FAILED,
}
DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND, "trunking": Direction.OUTBOUND}

# The names of a call resource by those of a callback.
RESOURCE_NAMES = {
    "CallSid": "sid",
    "ParentCallSid": "parent_call_sid",
    "AccountSid": "account_sid",
    "CallStatus": "status",
    "Direction": "direction",
    "From": "from",
    "To": "to",
    "CallDuration": "duration",
    "AnsweredBy": "answered_by",
    "CallerName": "caller_name",
    "ForwardedFrom": "forwarded_from",
}


def recognises(payload: dict[str, Json]) -> bool:
    return "CallSid" in payload or ("sid" in payload and "account_sid" in payload and "direction" in payload)


def record_in_form(position: int, body: bytes) -> Record:
    """Callbacks are forms in UTF-8; call resources are JSON. A field that comes twice has its last value."""
    if body.lstrip()[:1] in (b"{", b"["):
        return record_in(position, body)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return broken(position, body, f"not a form in UTF-8 of at most {MOST_FIELDS} fields")
    return Record(position, body, dict(pairs)) if pairs else broken(position, body, "not a form: it has no fields")


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """The address with the fields of the form behind it; of JSON only the address is signed, which has its digest."""
    given = received.header("x-twilio-signature")
    urls = tuple(_spellings(received.url))
    if "bodySHA256" in received.url:
        digest = parse_qs(urlsplit(received.url).query).get("bodySHA256", [""])[0]
        is_this_body = is_one_of(digest.lower(), [sha256(received.body).hex()])
        return is_this_body & any(in_base64(given, url.encode(), secrets, "sha1") for url in urls)
    try:
        fields = parse_qs(received.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return False
    signed = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return any(in_base64(given, f"{url}{signed}".encode(), secrets, "sha1") for url in urls)


def _spellings(url: str) -> Iterator[str]:
    """The address as it is, and with or without the port that goes without saying."""
    yield url
    place = urlsplit(url)
    port = DEFAULT_PORTS.get(place.scheme)
    if place.port is None:
        yield url.replace(place.netloc, f"{place.netloc}:{port}", 1)
    elif place.port == port:
        yield url.replace(place.netloc, place.netloc.removesuffix(f":{port}"), 1)


def event(payload: dict[str, Json]) -> str:
    if "RecordingStatus" in payload:
        return f"recording-{payload['RecordingStatus']}"
    if "CallStatus" not in payload and "AnsweredBy" in payload:
        return "machine-detection"
    return str(payload.get("CallStatus", ""))


def parse(payload: dict[str, Json]) -> NormalisedCall:
    fields = Fields.of(payload)
    if "RecordingStatus" in payload:
        return _recording(fields)
    if "sid" in payload:
        return _resource(fields)
    if "CallStatus" not in payload and "AnsweredBy" in payload:
        return _machine_detection(fields)
    return _status_callback(fields)


def _recording(fields: Fields) -> NormalisedCall:
    status, started_at = fields.text("RecordingStatus"), _moment(fields, "RecordingStartTime")
    if status != "completed":
        raise Ignored(f"Twilio says that a recording is {status}; the call log waits for one that is completed")
    channels = fields.number("RecordingChannels", "1 or 2", least=1)
    length_ms = fields.milliseconds("RecordingDuration", per_unit=1000) or 0
    return NormalisedCall(
        source=NAME,
        external_id=fields.required_key("CallSid"),
        observed_at=started_at and started_at + timedelta(milliseconds=length_ms),
        recording=RecordingReference(fields.url("RecordingUrl") or "", 2 if channels and channels > 1 else 1),
        metadata=fields.beyond("RecordingSid", "RecordingSource", "RecordingTrack"),
    )


def _machine_detection(fields: Fields) -> NormalisedCall:
    """It has no time of its own."""
    return NormalisedCall(
        source=NAME,
        external_id=fields.required_key("CallSid"),
        completed_as=_completed_as(fields, "AnsweredBy"),
        metadata=fields.beyond("AnsweredBy", "MachineDetectionDuration"),
    )


def _status_callback(fields: Fields) -> NormalisedCall:
    word = fields.needed(fields.text("CallStatus", WORD_LENGTH), "CallStatus", f"one of {', '.join(STATUSES)}")
    moment, status = _moment(fields, "Timestamp"), STATUSES.get(word, Status.FAILED)
    number = fields.number("SequenceNumber", "a whole number", least=0)
    url = fields.url("RecordingUrl")
    return NormalisedCall(
        **_shared(fields, {}, word, status),
        observed_at=moment,
        sequence=int(number or 0),
        answered_at=_answered_at(fields, moment, status),
        ended_at=moment if status not in LIVE_STATUSES else None,
        recording=RecordingReference(url) if url else None,
        metadata={
            **fields.beyond("ParentCallSid", "AnsweredBy", "SipResponseCode", "StirVerstat", "CallerName"),
            **_billed(fields),
        },
    )


def _resource(fields: Fields) -> NormalisedCall:
    """A price is negative, and null until it is billed."""
    word = fields.text("status", WORD_LENGTH) or ""
    status = STATUSES.get(word, Status.FAILED)
    started_at, ended_at = _moment(fields, "start_time"), _moment(fields, "end_time")
    return NormalisedCall(
        **_shared(fields, RESOURCE_NAMES, word, status),
        observed_at=_moment(fields, "date_updated") or ended_at or started_at,
        started_at=_moment(fields, "date_created") or started_at,
        answered_at=started_at if status in (Status.IN_PROGRESS, Status.COMPLETED) else None,
        ended_at=ended_at if status not in LIVE_STATUSES else None,
        cost=_price(fields),
        metadata=fields.beyond(
            *(
                "parent_call_sid",
                "answered_by",
                "caller_name",
                "forwarded_from",
                "group_sid",
                "trunk_sid",
                "queue_time",
            ),
            *("price_unit",),
        ),
    )


def _shared(fields: Fields, names: Mapping[str, str], word: str, status: Status) -> dict[str, Any]:
    """What callbacks and resources have in common, under the names that they have there."""

    def name(callback: str) -> str:
        return names.get(callback, callback)

    talk_ms = fields.milliseconds(name("CallDuration"), per_unit=1000) if status == Status.COMPLETED else None
    return {
        "source": NAME,
        "external_id": fields.required_key(name("CallSid")),
        "status": status,
        "raw_status": word,
        "completed_as": _completed_as(fields, name("AnsweredBy")),
        "ended_by": EndedBy.SYSTEM if status not in (*LIVE_STATUSES, Status.COMPLETED) else None,
        "direction": DIRECTIONS.get((fields.text(name("Direction")) or "").partition("-")[0]),
        "from_number": fields.text(name("From"), NUMBER_LENGTH),
        "to_number": fields.text(name("To"), NUMBER_LENGTH),
        "duration_ms": talk_ms,
    }


def _completed_as(fields: Fields, name: str) -> Status | None:
    return ANSWERED_BY.get(fields.text(name) or "")


def _answered_at(fields: Fields, moment: datetime | None, status: Status) -> datetime | None:
    """Twilio's duration counts from the answer."""
    if moment is None or status not in (Status.IN_PROGRESS, Status.COMPLETED):
        return None
    return moment - timedelta(milliseconds=fields.milliseconds("CallDuration", per_unit=1000) or 0)


def _billed(fields: Fields) -> dict[str, Json]:
    minutes = fields.number("Duration", "minutes", least=0)
    return {"billed_seconds": int(minutes * 60)} if minutes else {}


def _price(fields: Fields) -> Amount | None:
    """None in another currency than USD: there is no rate for it."""
    price = fields.number("price", "an amount")
    if price is None or (fields.text("price_unit") or "USD").upper() != "USD":
        return None
    return Fields({"price": abs(price) if price else Decimal(0)}).amount("price", "USD")


def _moment(fields: Fields, name: str) -> datetime | None:
    return fields.moment(name, MAIL_TIME, of_text=mail_time)
