"""The native format: one JSON object a call, or a row of a CSV file with JSON in its cells. Strict, since it is ours.

What an unknown name would hold must not vanish, so a misspelt one is rejected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import CostPart, Json, Latency, Named, NormalisedCall, RecordingReference, Rejected, Turn
from calls.ingest.reading import MOST_MS, NAME_LENGTH, NUMBER_LENGTH, SOURCE_LENGTH, WORD_LENGTH, Fields, named, one_of
from calls.ingest.signatures import Received, in_hex, is_recent, parts
from calls.ingest.turns import in_order
from calls.ingest.values import shown

NAME = "callmon"
ADDRESS_SUFFICES = True
WINDOW_SECONDS = 300
TIME = "RFC 3339 with an offset or epoch seconds, between 2000 and 2100"
EPOCH_SECONDS = (1,)
MOST_CHANNELS = 32
CHANNELS = f"a whole number from 1 to {MOST_CHANNELS}"

REQUIRED = {"id", "status", "started_at"}
NESTED = ("assistant", "campaign", "cost_items", "transcript", "variables", "response_times", "recording", "metadata")
FIELDS = dict.fromkeys(
    (
        *("id", "source", "assistant", "campaign", "direction", "from_number", "to_number"),
        *("status", "ended_reason", "ended_by", "started_at", "answered_at", "ended_at"),
        *(
            "duration_seconds",
            "cost",
            "cost_items",
            "transcript",
            "variables",
            "response_times",
            "recording",
            "metadata",
        ),
    )
).keys()  # in this order
NAMED_FIELDS = ("id", "name")
COST_FIELDS = ("component", "amount", "label")
TURN_FIELDS = ("speaker", "start_seconds", "end_seconds", "text", "name", "result", "is_error", "interrupted")
SPEAKERS = {speaker.value: speaker for speaker in Speaker}
PLAIN = {"speaker", "start_seconds", "text"}
LATEST_START = MOST_MS // 1000
SAID_ONLY = {"speaker", "start_seconds", "end_seconds", "text"}
RESPONSE_FIELDS = ("kind", "name", "at_seconds", "duration_ms")
RECORDING_FIELDS = ("url", "channels")


def recognises(payload: dict[str, Json]) -> bool:
    """Two of the required fields, and no more unknown names than known: the misspelt ones are told by parse()."""
    names = payload.keys()
    return len(names & REQUIRED) >= 2 and 2 * len(names & FIELDS) >= len(payload)


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """X-Signature: t=<epoch seconds>,v1=<hex of HMAC-SHA256 over "t.body">."""
    signed = parts(received.header("x-signature"), r"t=(\d{1,20}),v1=([0-9a-fA-F]{64})")
    if signed is None or not is_recent(int(signed[0]), received.now, WINDOW_SECONDS):
        return False
    return in_hex(signed[1], signed[0].encode() + b"." + received.body, secrets)


def event(payload: dict[str, Json]) -> str:
    """There are no events: each object is the call as it is known then."""
    return ""


def parse(payload: dict[str, Json]) -> NormalisedCall:
    row = Fields.of(payload)
    row.only(FIELDS)
    call = with_cells_read(row)
    source, external_id = call.key("source", SOURCE_LENGTH) or NAME, call.required_key("id")
    assistant, campaign = _named(call, "assistant"), _named(call, "campaign")
    return call_of(call, source, external_id, assistant, campaign, _recording(call))


def with_cells_read(row: Fields) -> Fields:
    """The call with its nested fields as lists and objects, where a CSV file has JSON in cells."""
    for name in NESTED:
        row = row.embedded(name)
    return row


def call_of(
    call: Fields,
    source: str,
    external_id: str,
    assistant: Named | None,
    campaign: Named | None,
    recording: RecordingReference | None = None,
) -> NormalisedCall:
    """The fields that the native format shares with an export."""
    return NormalisedCall(
        source=source,
        external_id=external_id,
        status=call.needed(call.word("status", Status), "status", one_of(Status)),
        ended_reason=call.key("ended_reason"),
        ended_by=call.word("ended_by", EndedBy),
        assistant=assistant,
        campaign=campaign,
        direction=call.word("direction", Direction),
        from_number=call.key("from_number", NUMBER_LENGTH),
        to_number=call.key("to_number", NUMBER_LENGTH),
        started_at=call.needed(_moment(call, "started_at"), "started_at", TIME),
        answered_at=_moment(call, "answered_at"),
        ended_at=_moment(call, "ended_at"),
        duration_ms=call.milliseconds("duration_seconds", per_unit=1000),
        cost=call.amount("cost", "credits"),
        cost_items=tuple(_cost_part(item) for item in call.items("cost_items")),
        transcript=in_order(_turns(call)),
        variables=_variables(call),
        response_times=tuple(_response_time(item) for item in call.items("response_times")),
        recording=recording,
        metadata=call.json_object("metadata"),
    )


def _moment(call: Fields, name: str) -> datetime | None:
    return call.moment(name, TIME, EPOCH_SECONDS)


def _named(call: Fields, name: str) -> Named | None:
    """{"id", "name"}, or plain text that is the id."""
    if not isinstance(call.get(name), dict):
        return named(call.key(name))
    fields = call.fields(name)
    fields.only(NAMED_FIELDS)
    return named(fields.key("id"), fields.key("name"))


def _cost_part(item: Fields) -> CostPart:
    item.only(COST_FIELDS)
    component = item.needed(item.word("component", Component), "component", one_of(Component))
    amount = item.needed(item.amount("amount", "credits"), "amount", "an amount in credits")
    return CostPart(component, amount, item.key("label", WORD_LENGTH) or "")


def _turns(call: Fields) -> Iterator[Turn]:
    place = call.at("transcript")
    for index, value in enumerate(call.values("transcript")):
        if value is not None and (turn := _plain_turn(value) or _turn(Fields.of(value, f"{place}[{index}]"))):
            yield turn


def _plain_turn(value: Json) -> Turn | None:
    """Words in ASCII with a start, as most turns are, in a third of the time; None for all others."""
    if not isinstance(value, dict) or value.keys() != PLAIN:
        return None
    speaker, text, start = value["speaker"], value["text"], value["start_seconds"]
    if type(speaker) is not str or type(text) is not str or type(start) not in (int, float):
        return None
    is_as_kept = text.isascii() and not text.isspace() and "\x00" not in text and text
    if not (is_as_kept and speaker in SPEAKERS and 0 <= start < LATEST_START and round(start, 3) == start):
        return None
    return Turn(SPEAKERS[speaker], text, float(start))


def _turn(item: Fields) -> Turn | None:
    """None for a turn with no words in it. A tool may have been given nothing."""
    item.only(TURN_FIELDS)
    speaker = item.needed(item.word("speaker", Speaker), "speaker", one_of(Speaker))
    text, start, end = item.json_text("text"), item.seconds("start_seconds"), item.seconds("end_seconds")
    if "text" not in item.data and speaker != Speaker.TOOL:
        raise item.fail("text", "text")
    if start is not None and end is not None and end < start:
        raise item.fail("end_seconds", f"seconds from start_seconds ({start:g}) on")
    if not text and speaker != Speaker.TOOL:
        return None
    if SAID_ONLY.issuperset(item.data):  # most of them
        return Turn(speaker, text or "", start, end)
    return Turn(
        speaker,
        text or "",
        start,
        end,
        name=item.key("name"),
        result=item.json_text("result"),
        is_error=item.flag("is_error"),
        interrupted=item.flag("interrupted"),
    )


def _variables(call: Fields) -> dict[str, Json]:
    captured = call.json_object("variables")
    for name in captured:
        if not 0 < len(name) <= NAME_LENGTH:
            raise Rejected(call.at("variables"), f"takes names of 1 to {NAME_LENGTH} characters, not {shown(name)}")
    return captured


def _response_time(item: Fields) -> Latency:
    item.only(RESPONSE_FIELDS)
    kind = item.needed(item.word("kind", ResponseKind), "kind", one_of(ResponseKind))
    duration_ms = item.needed(item.milliseconds("duration_ms"), "duration_ms", "milliseconds")
    return Latency(kind, duration_ms, item.milliseconds("at_seconds", per_unit=1000), item.key("name") or "")


def _recording(call: Fields) -> RecordingReference | None:
    recording = call.fields("recording")
    if not recording.data:
        return None
    recording.only(RECORDING_FIELDS)
    url = recording.needed(recording.url("url"), "url", "an http or https address")
    channels = recording.number("channels", CHANNELS, least=1)
    if channels is not None and (channels > MOST_CHANNELS or channels % 1):
        raise recording.fail("channels", CHANNELS)
    return RecordingReference(url, None if channels is None else int(channels))
