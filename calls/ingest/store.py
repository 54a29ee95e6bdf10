"""The only code that writes calls.

Deliveries are merged into drafts in memory and written together. Merging is idempotent and monotonic, and any order
of the same deliveries gives the same call: see calls.ingest.registers.

- A call that no delivery gave a start began at the earliest moment that one of them tells of.
- Talk time that no delivery gave is ended_at - answered_at.
- `metadata["cost_source"]` is the platform's own figure behind `cost`: amount, unit, path, credits_per_usd or
  credits_per_platform_credit. It is absent when the cost was given in our credits.
- A call that got no ending is closed by a rule, as failed with the reason `no-ending-received`; what a platform says
  of its end, however late, counts more.
- A completed call of which another delivery says that a machine answered is a voicemail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from calls.ingest.directory import Directory
from calls.ingest.draft import Draft
from calls.ingest.normalised import NormalisedCall
from calls.ingest.parts import PARTS
from calls.ingest.registers import Registers, newest, registers, stamp_of
from calls.ingest.rows import insert, instance, new_ids
from calls.models import Assistant, Call, Campaign
from calls.on_platform import copy_names
from calls.transactions import in_transaction

GENERATED = [field.attname for field in Call._meta.concrete_fields if field.generated]
CREATED = tuple(field.attname for field in Call._meta.concrete_fields if not field.generated)


class Result(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stored:
    """The call, complete once it is written, and what the delivery did to it."""

    call: Call
    result: Result


@dataclass(frozen=True, slots=True)
class Arrived:
    """What one delivery says and when it came; `digest` tells it from others of the same moment."""

    normalised: NormalisedCall
    received_at: datetime
    digest: str = ""

    @property
    def stamp(self) -> str:
        return stamp_of(self.normalised, self.received_at, self.digest)

    @property
    def first_moment(self) -> datetime:
        call = self.normalised
        return min(filter(None, (call.observed_at or self.received_at, call.answered_at, call.ended_at)))


def store(normalised: NormalisedCall, *, received_at: datetime, digest: str = "") -> Stored:
    """Merge one delivery into its call. Raises Rejected when a value cannot be kept."""

    def work() -> Stored:
        ledger = Ledger()
        stored = ledger.store(Arrived(normalised, received_at, digest))
        ledger.write()
        return stored

    return in_transaction(work)


def close(calls: Sequence[int]) -> int:
    """Close those of the calls that still have no ending, inside a transaction; how many those were."""
    ledger = Ledger()
    rows = Call.objects.select_for_update().filter(pk__in=calls).order_by("pk")
    count = sum(ledger.adopt(row).close_without_ending() for row in rows)
    ledger.write()
    return count


def create(calls: Sequence[Call]) -> None:
    """Write new calls, in their order."""
    now = timezone.now()
    for call, pk in zip(calls, new_ids(Call, len(calls)) if calls else (), strict=True):
        call.pk, call.updated_at, call._state.adding = pk, now, False
    insert(Call, CREATED, map(attrgetter(*CREATED), calls))
    for call in calls:
        for column in GENERATED:
            call.__dict__.pop(column, None)  # read when it is asked for


def catch_up(calls: Sequence[int]) -> None:
    """Set right what somebody changed while these calls were being written: the assistants and campaigns that were
    merged into others, and the copies of an assistant's name."""
    for place, kind in (("assistant", Assistant), ("campaign", Campaign)):
        late = Call.objects.filter(Q(**{f"{place}__merged_into__isnull": False}), pk__in=calls)
        late.update(**{place: Subquery(kind._default_manager.filter(pk=OuterRef(place)).values("merged_into"))})
    copy_names(Call.objects.filter(pk__in=calls))


class Ledger:
    """Deliveries that are written together, inside a transaction of the caller's.

    `ahead` of it they may be merged when every call is new: then nothing can change meanwhile but names, and whether
    it is new, which write() finds out.
    """

    def __init__(self, *, ahead: bool = False) -> None:
        self._directory, self._is_ahead = Directory(), ahead
        self._drafts: dict[tuple[str, str], Draft] = {}

    def expect(self, calls: Sequence[NormalisedCall]) -> None:
        """Read the calls that are about to be stored at once rather than one by one."""
        ids: dict[str, set[str]] = {}
        if len(calls) > 1:  # who is named by one call is asked for only where that tells something new
            self._directory.expect(calls)
        for call in calls:
            ids.setdefault(call.source, set()).add(call.external_id)
        for source, all_ids in ids.items():
            wanted = [one for one in sorted(all_ids) if (source, one) not in self._drafts]
            rows = Call.objects.filter(source=source, external_id__in=wanted).order_by("pk")
            known = {row.external_id: row for row in (rows if self._is_ahead else rows.select_for_update())}
            for external_id in wanted:
                row = known.get(external_id) or instance(Call, source=source, external_id=external_id)
                self._drafts[source, external_id] = Draft(row, self._directory)

    def adopt(self, row: Call) -> Draft:
        """The draft of a call that was read."""
        return self._drafts.setdefault((row.source, row.external_id), Draft(row, self._directory))

    def store(self, arrived: Arrived) -> Stored:
        said = self._said(arrived)
        draft = self._draft(arrived.normalised)
        is_new = draft.is_empty
        changed = draft.merge(said, arrived.first_moment)
        result = Result.CREATED if is_new else Result.UPDATED if changed else Result.UNCHANGED
        return Stored(draft.call, result)

    def restate(self, many: Sequence[Arrived]) -> Stored:
        """All deliveries of one call again, after their mapping was corrected: what they said before is forgotten."""
        said = newest(map(self._said, many))
        draft = self._draft(many[0].normalised)
        is_new = draft.is_empty
        changed = draft.restate(said, {one.stamp for one in many}, min(one.first_moment for one in many))
        result = Result.CREATED if is_new else Result.UPDATED if changed else Result.UNCHANGED
        return Stored(draft.call, result)

    @property
    def is_new(self) -> bool:
        return all(draft.is_new for draft in self._drafts.values())

    def write(self) -> None:
        """Raises IntegrityError when somebody else was first to write a call that was new."""
        drafts = [draft for draft in self._drafts.values() if not draft.is_empty]
        for draft in drafts:
            draft.close()
        create([draft.call for draft in drafts if draft.is_new])
        changed = [draft.changes for draft in drafts]
        for draft in drafts:
            if not draft.is_new:
                draft.save_columns()
        for name, part in PARTS.items():
            if changes := [parts[name] for parts in changed if name in parts]:
                part.write(changes)
        named = [draft.call.pk for draft in drafts if draft.call.assistant_id]
        # Where writers do not wait for each other.
        if named and (self._is_ahead or connection.features.has_select_for_update):
            transaction.on_commit(lambda: self._catch_up(named))

    def _catch_up(self, calls: Sequence[int]) -> None:
        if self._directory.is_outdated():
            in_transaction(lambda: catch_up(calls))

    def _said(self, arrived: Arrived) -> Registers:
        rates = self._directory.rates(arrived.normalised.source)
        return registers(arrived.normalised, arrived.stamp, rates)

    def _draft(self, call: NormalisedCall) -> Draft:
        key = (call.source, call.external_id)
        if key not in self._drafts:
            self.expect([call])
        return self._drafts[key]
