"""A delivery as registers: what it says of each part of a call, and when.

Each part of a call is a register that the greatest key wins, so that any order of the same deliveries gives the same
call. A key is the stamp of the delivery; where another rule comes first (an ended call never reopens), its rank
stands before the stamp. What a delivery does not say has no register, so it never erases.

`variables.<name>`, `metadata.<key>`, `recording.<key>`, `assistant_names.<id>` and `campaign_names.<id>` are a
register each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from calls.choices import LIVE_STATUSES, Status
from calls.ingest.conversions import Rates, credits_of, phone_number
from calls.ingest.normalised import Amount, CostPart, Json, Named, NormalisedCall, Turn
from calls.sounds import Audio

NAME_LENGTH = 200
WORD_LENGTH = 100
NO_ENDING = "no-ending-received"  # the ended_reason of a call that a rule closed
CLOSED_RANK = 4  # after every live status, before every end
NEVER = "0001-01-01T00:00:00.000000Z 10 rule"  # a stamp before all others
LAST = datetime.max.replace(tzinfo=UTC)  # the moment of corrections
COMPLETED_AS = "completed_as"  # the metadata key of NormalisedCall.completed_as
COST_SOURCE = "cost_source"  # the metadata key that keeps the platform's own figure beside Call.cost
NO_MORE = (None,) * len(Turn._fields[3:])  # of a turn than who said what, and when
SAID_AS_IS = ("ended_reason", "ended_by", "direction", "started_at", "answered_at", "ended_at")


class Said(NamedTuple):
    """The value of one register and the key it competes with."""

    key: str
    value: object


Registers = dict[str, Said]


@dataclass(frozen=True, slots=True)
class Money:
    """Credits, and the figure they were made from: amount, unit, path, credits_per_usd. None when it was credits."""

    credits: Decimal | None
    source: Json = None


def stamp_of(call: NormalisedCall, received_at: datetime, digest: str) -> str:
    """What orders the deliveries of one call: the moment they tell of, their place in it, and, to decide, the body.

    The place has the number of its digits before it, so that it sorts as a number: 9 is "19", 10 is "210".
    """
    moment = LAST if call.is_correction else call.observed_at or received_at
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    place = str(max(call.sequence, 0))
    return f"{moment.isoformat(timespec='microseconds')}Z {len(place):x}{place} {digest[:12]}"


def stamp_in(key: str) -> str:
    """The stamp of a key that may have a rank before it."""
    return key[2:] if key[1:2] == " " else key


def moment_in(key: str) -> datetime:
    """The moment that a key's delivery tells of."""
    return datetime.fromisoformat(stamp_in(key).partition(" ")[0])


def registers(call: NormalisedCall, stamp: str, rates: Rates) -> Registers:
    """Everything that the delivery says. Raises Rejected when an amount cannot be kept."""
    said = _named("assistant", call.assistant, stamp) | _named("campaign", call.campaign, stamp)
    status = call.status or (Status.COMPLETED if tells_of_an_end(call) else Status.INITIATED)
    by_rank = f"{_rank(call)} {stamp}"
    said["status"] = Said(by_rank, status)
    if call.raw_status:
        said["raw_status"] = Said(by_rank, call.raw_status[:WORD_LENGTH])
    for some in (_scalars(call), _collections(call, rates), _mappings(call)):
        for name, value in some:
            said[name] = Said(stamp, value)
    if call.cost is not None:
        said["cost"] = Said(stamp, _money(call.cost, rates, call.metadata.get(COST_SOURCE)))
    return said


def no_ending() -> Registers:
    """What the rule says that closes a call without an ending: less than anything that a platform says."""
    status, reason = Said(f"{CLOSED_RANK} {NEVER}", Status.FAILED), Said(NEVER, NO_ENDING)
    return {"status": status, "ended_reason": reason}


def newest(many: Iterable[Registers]) -> Registers:
    """What several deliveries say together."""
    together: Registers = {}
    for said in many:
        for name, one in said.items():
            if name not in together or one.key >= together[name].key:
                together[name] = one
    return together


def pack(stamps: Mapping[str, str]) -> dict[str, list[str]]:
    """Keys as Call.stamps keeps them: the registers by their stamp, since few deliveries set many registers; a rank
    stands before the register, as in `5:status`."""
    packed: dict[str, list[str]] = {}
    for name, key in sorted(stamps.items()):
        stamp, named = (key[2:], f"{key[0]}:{name}") if key[1] == " " else (key, name)
        packed.setdefault(stamp, []).append(named)
    return packed


def unpack(packed: Mapping[str, list[str]]) -> dict[str, str]:
    return dict(_unpacked(stamp, name) for stamp, names in packed.items() for name in names)


def _unpacked(stamp: str, name: str) -> tuple[str, str]:
    return (name[2:], f"{name[0]} {stamp}") if name[1:2] == ":" else (name, stamp)


def _rank(call: NormalisedCall) -> int:
    """Live statuses in their order, the rule that closes a call (CLOSED_RANK), then an end. Platforms report voicemail
    once and for all, often after another end; in our own format, which has no moment of observation, any end corrects
    another. Without a status, an end time tells of an end, and counts less than a status that says so."""
    if call.status is None:
        return 5 if tells_of_an_end(call) else 0
    if call.status in LIVE_STATUSES:
        return LIVE_STATUSES.index(call.status) + 1
    return 7 if call.status == Status.VOICEMAIL and call.observed_at else 6


def tells_of_an_end(call: NormalisedCall) -> bool:
    return call.ended_at is not None or (call.recording is not None and call.recording.audio is not None)


def _named(kind: str, named: Named | None, stamp: str) -> Registers:
    """Who it is, and what it is called. A name alone gives way to an id, whichever came first."""
    if named is None or not (named.external_id or named.name):
        return {}
    external_id, name = id_and_name(named)
    said = {kind: Said(f"{1 if external_id else 0} {stamp}", Named(external_id, name))}
    if external_id and name:
        said = {f"{kind}_names.{external_id}": Said(stamp, name)} | said
    return said


def id_and_name(named: Named) -> tuple[str, str]:
    """As they are kept; "" is none."""
    return named.external_id[:NAME_LENGTH], (named.name or "").strip()[:NAME_LENGTH]


def _scalars(call: NormalisedCall) -> Iterator[tuple[str, object]]:
    for name in SAID_AS_IS:
        if value := getattr(call, name):
            yield name, value[:NAME_LENGTH] if isinstance(value, str) else value
    if call.duration_ms is not None:
        yield "duration_ms", max(call.duration_ms, 0)
    for name in ("from_number", "to_number"):
        if value := getattr(call, name):
            yield name, phone_number(value)


def _collections(call: NormalisedCall, rates: Rates) -> Iterator[tuple[str, list[object]]]:
    if call.transcript:
        yield "transcript", [_turn(turn) for turn in call.transcript]
    if call.cost_items:
        yield "cost_items", [_cost_item(part, rates) for part in call.cost_items]
    if call.response_times:
        yield "response_times", [(one.kind, one.name, one.at_ms, one.duration_ms) for one in call.response_times]
    if call.tags:
        yield "tags", list(call.tags)


def _mappings(call: NormalisedCall) -> Iterator[tuple[str, Json]]:
    for name, value in call.variables.items():
        yield f"variables.{name[:NAME_LENGTH]}", value
    for key, value in call.metadata.items():
        if key != COST_SOURCE:
            yield f"metadata.{key}", value
    if call.completed_as:
        yield f"metadata.{COMPLETED_AS}", str(call.completed_as)
    if call.recording is not None:
        if call.recording.url:
            yield "recording.url", call.recording.url
        if call.recording.audio is not None:
            yield "recording.audio", Audio.of(call.recording.audio)
        if call.recording.channels is not None:
            yield "recording.channels", call.recording.channels


def _turn(turn: Turn) -> dict[str, Json]:
    """Without what is not known."""
    if turn[2] is not None and turn[3:] == NO_MORE:
        return {"speaker": turn[0], "text": turn[1], "start_seconds": turn[2]}
    return {key: value for key, value in zip(Turn._fields, turn, strict=True) if value is not None}


def _cost_item(part: CostPart, rates: Rates) -> tuple[object, ...]:
    """In the order of the fields of CostItem."""
    amount, label = part.amount, part.label[:WORD_LENGTH]
    return part.component, label, credits_of(amount, rates), str(amount.value)[:40], amount.unit, amount.path[:200]


def _money(amount: Amount, rates: Rates, carried: Json) -> Money:
    """`carried` is the source of credits that another call log converted."""
    if amount.unit == "credits":
        return Money(credits_of(amount, rates), carried)
    source = {"amount": str(amount.value), "unit": amount.unit, "path": amount.path}
    return Money(credits_of(amount, rates), source | _rate(amount, rates))


def _rate(amount: Amount, rates: Rates) -> dict[str, Json]:
    name = "credits_per_platform_credit" if amount.unit == "platform credits" else "credits_per_usd"
    return {name: f"{(rates.of(amount) if name != 'credits_per_usd' else rates.usd).normalize():f}"}
