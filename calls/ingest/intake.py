"""From what arrived to calls: each record is kept as a delivery, understood, and stored."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from django.utils import timezone

from calls.ingest.arrivals import STATES, Arrival, Outcome, arrival_of, kept, printable
from calls.ingest.directory import Directory
from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.normalised import Ignored, Named, NormalisedCall, Rejected
from calls.ingest.providers import PROVIDERS, Provider, recognise
from calls.ingest.records import Record
from calls.ingest.rows import insert_unknown, update
from calls.ingest.store import Arrived, Ledger
from calls.transactions import in_transaction

log = logging.getLogger(__name__)

EVENT_LENGTH = 100
NAME_LENGTH = 200
NOT_RECOGNISED = "not recognised as a payload of any platform: name its provider"

KEPT = tuple(field.attname for field in Delivery._meta.concrete_fields if not field.primary_key)
SETTLED = ("provider", "event", "state", "reason", "call_id", "is_again", "owner", "heartbeat_at")

Understood = list[tuple[Arrival, Arrived]]
Merge = Callable[[Ledger, Understood], None]
Turn = AbstractContextManager[object]  # for writers of whom the database takes one at a time
ANY_TIME = nullcontext()


def take(
    records: Iterable[Record],
    file_name: str,
    provider: str = "",
    now: datetime | None = None,
    turn: Turn = ANY_TIME,
) -> list[Arrival]:
    """Keep and process the records of a file that arrive now, or then; the provider of each is recognised when it is
    not named; they are written in turn.

    A record that was processed before is left alone; one that was ignored or rejected is tried again.
    """
    now = now or timezone.now()
    arrivals = [
        # A later record of a call corrects an earlier one, so no two arrive at the same moment.
        arrival_of(record, f"{file_name}:{record.position}", provider, now + timedelta(microseconds=index))
        for index, record in enumerate(records)
    ]
    _find_known(arrivals)
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.delivery.digest, arrival)
    process([arrival for arrival in first.values() if not _is_settled(arrival.delivery)], turn=turn)
    for arrival in arrivals:
        _settle_repeat(arrival, first[arrival.delivery.digest])
    return arrivals


def again(deliveries: Iterable[Delivery]) -> list[Arrival]:
    """Kept deliveries, normalised again after a mapping was corrected: all deliveries of a call belong here
    together, since what they said before is forgotten."""
    arrivals = [kept(delivery) for delivery in deliveries]
    process(arrivals, _merge_again)
    return arrivals


def process(arrivals: Sequence[Arrival], merge: Merge | None = None, turn: Turn = ANY_TIME) -> None:
    """Understand and store them together; one by one when that fails, so that none stops the others."""
    merge = merge or _merge
    for arrival in arrivals:
        _understand(arrival)
    _hear_names(arrivals)
    ahead = [] if turn is ANY_TIME else _merged_ahead(arrivals, merge)
    with turn:
        try:
            in_transaction(lambda: _store(arrivals, merge, ahead.pop() if ahead else None))
        except Exception:
            for arrival in arrivals:
                _process_alone(arrival, merge)


def _process_alone(arrival: Arrival, merge: Merge) -> None:
    try:
        in_transaction(lambda: _store([arrival], merge))
    except Rejected as rejection:
        _undo(arrival)
        arrival.reject(rejection)
        in_transaction(lambda: _save([arrival]))
    except Exception as error:
        _fail(arrival, error)
        in_transaction(lambda: _save([arrival]))


def keep(provider: Provider, record: Record, origin: str, *, assistant: str = "", once: str = "") -> None:
    """Keep one that waits, once however often it comes. One that cannot be read is rejected at once. `assistant` is
    who spoke, where the address tells; `once` is what makes it the same as another, instead of the whole body."""
    arrival = arrival_of(record, origin, provider.NAME, timezone.now())
    arrival.delivery.assistant = printable(assistant)[:NAME_LENGTH]
    if once:
        arrival.delivery.digest = hashlib.sha256(once.encode()).hexdigest()
    if arrival.payload is None:
        arrival.settle(Outcome.REJECTED, arrival.problem)
    insert_unknown(Delivery, KEPT, [attrgetter(*KEPT)(arrival.delivery)])


def reject(delivery: Delivery, reason: str) -> None:
    """End it without a call."""
    arrival = Arrival(delivery, None)
    arrival.settle(Outcome.REJECTED, reason)
    in_transaction(lambda: _save([arrival]))


def _find_known(arrivals: Sequence[Arrival]) -> None:
    """Put the delivery that was kept before in the place of each that repeats it."""
    providers = {arrival.delivery.provider for arrival in arrivals} | {""}
    rows = Delivery.objects.filter(provider__in=providers, digest__in=[one.delivery.digest for one in arrivals])
    known = {(row.provider, row.digest): row for row in rows.defer("body")}
    for arrival in arrivals:
        provider, digest = arrival.delivery.provider, arrival.delivery.digest
        if row := known.get((provider, digest)) or known.get(("", digest)):
            row.provider = provider
            arrival.delivery = row


def _is_settled(delivery: Delivery) -> bool:
    return delivery.state == DeliveryState.PROCESSED and delivery.call_id is not None


def _settle_repeat(arrival: Arrival, first: Arrival) -> None:
    """The outcome of what stands twice in one file."""
    if arrival is not first:
        arrival.delivery = first.delivery
        arrival.outcome = first.outcome if first.outcome in STATES else Outcome.UNCHANGED


def _understand(arrival: Arrival) -> None:
    try:
        delivery = arrival.delivery
        arrival.arrived = Arrived(_parse(arrival), delivery.received_at, delivery.digest)
    except Ignored as reason:
        arrival.settle(Outcome.IGNORED, str(reason))
    except Rejected as rejection:
        arrival.reject(rejection)
    except Exception as error:
        _fail(arrival, error)


def _parse(arrival: Arrival) -> NormalisedCall:
    delivery, payload = arrival.delivery, arrival.payload
    if payload is None:
        raise Rejected("", arrival.problem)
    provider = PROVIDERS.get(delivery.provider) or recognise(payload)
    if provider is None:
        raise Rejected("", NOT_RECOGNISED)
    delivery.provider = provider.NAME
    delivery.event = printable(provider.event(payload))[:EVENT_LENGTH]
    call = provider.parse(payload)
    if call.assistant is None and delivery.assistant:
        return replace(call, assistant=Named("", delivery.assistant))
    return call


def _fail(arrival: Arrival, error: Exception) -> None:
    """Our own fault: the record is rejected, the log has the rest."""
    log.error("delivery from %s", arrival.delivery.origin, exc_info=error)
    _undo(arrival)
    arrival.settle(Outcome.REJECTED, f"internal error: {error!r}")


def _undo(arrival: Arrival) -> None:
    """Forget what it said, and the call of a transaction that failed."""
    arrival.arrived = arrival.call = None
    if arrival.delivery._state.adding:
        arrival.delivery.call = None
    else:
        arrival.delivery.refresh_from_db(fields=["call"])


def _store(arrivals: Sequence[Arrival], merge: Merge, ahead: Ledger | None = None) -> None:
    ledger = ahead or _merged(arrivals, merge, Ledger())
    ledger.write()
    for arrival in arrivals:
        if arrival.arrived and arrival.call is not None:  # which has its id only now
            arrival.delivery.call_id = arrival.call.pk
    _save(arrivals)


def _merged(arrivals: Sequence[Arrival], merge: Merge, ledger: Ledger) -> Ledger:
    understood = [(arrival, arrival.arrived) for arrival in arrivals if arrival.arrived]
    ledger.expect([arrived.normalised for _, arrived in understood])
    merge(ledger, understood)
    return ledger


def _merged_ahead(arrivals: Sequence[Arrival], merge: Merge) -> list[Ledger]:
    """One, if it can be made before the turn to write comes."""
    try:
        ledger = _merged(arrivals, merge, Ledger(ahead=True))
    except Exception:  # which comes again, and is told of, when they are stored
        return []
    return [ledger] if ledger.is_new else []


def _hear_names(arrivals: Sequence[Arrival]) -> None:
    """Whoever renames an assistant waits for all its calls, so this is done before any call is locked."""
    arrived = [arrival.arrived for arrival in arrivals if arrival.arrived]
    try:
        Directory().hear_names([(one.normalised, one.stamp) for one in arrived])
    except Exception:  # which comes again, and is told of, when they are stored
        return


def _merge(ledger: Ledger, understood: Understood) -> None:
    for arrival, arrived in understood:
        try:
            stored = ledger.store(arrived)
        except Rejected as rejection:
            arrival.reject(rejection)
        else:
            arrival.call = stored.call
            arrival.settle(Outcome(stored.result))


def _merge_again(ledger: Ledger, understood: Understood) -> None:
    by_call: dict[tuple[str, str], Understood] = {}
    for arrival, arrived in understood:
        call = arrived.normalised
        by_call.setdefault((call.source, call.external_id), []).append((arrival, arrived))
    for together in by_call.values():
        stored = ledger.restate([arrived for _, arrived in together])
        for arrival, _ in together:
            arrival.call = stored.call
            arrival.settle(Outcome(stored.result))


def _save(arrivals: Sequence[Arrival]) -> None:
    deliveries = [arrival.delivery for arrival in arrivals]
    # Somebody else may be taking the same record: one delivery of it is enough.
    insert_unknown(Delivery, KEPT, [attrgetter(*KEPT)(one) for one in deliveries if one.pk is None])
    update(Delivery, SETTLED, [attrgetter("id", *SETTLED)(one) for one in deliveries if one.pk is not None])
