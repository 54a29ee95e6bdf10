"""Sources, assistants and campaigns while deliveries are stored: found or made once, then remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter

from django.db import transaction

from calls.ingest.conversions import Rates
from calls.ingest.models import Source
from calls.ingest.normalised import Named, NormalisedCall
from calls.ingest.registers import id_and_name, moment_in
from calls.models import Assistant, Campaign, OnPlatform
from calls.transactions import in_transaction

KINDS: dict[str, type[OnPlatform]] = {"assistant": Assistant, "campaign": Campaign}

so_named = attrgetter("name", "merged_into_id")


class Directory:
    """What it remembers holds within one transaction."""

    def __init__(self) -> None:
        self._rates: dict[str, Rates] = {}
        self._found: dict[tuple[str, str, str], OnPlatform] = {}
        self._by_name: dict[tuple[str, str, str], OnPlatform] = {}

    def rates(self, source: str) -> Rates:
        if source not in self._rates:
            row = Source.of(source)
            self._rates[source] = Rates(row.credits_per_usd, row.credits_per_platform_credit)
        return self._rates[source]

    def expect(self, calls: Iterable[NormalisedCall]) -> None:
        """Read those that the calls name by id at once rather than one by one."""
        ids: dict[tuple[str, str], set[str]] = {}
        for call in calls:
            for kind, external_id, _ in _named(call):
                if external_id and (kind, call.source, external_id) not in self._found:
                    ids.setdefault((kind, call.source), set()).add(external_id)
        for (kind, source), wanted in ids.items():
            rows = KINDS[kind]._default_manager.filter(source=source, external_id__in=wanted)
            self._found |= {(kind, source, row.external_id): row for row in rows}

    def hear_names(self, calls: Sequence[tuple[NormalisedCall, str]]) -> None:
        """Take over the latest name that calls, each with its stamp, have for each that is known."""
        self.expect(call for call, _ in calls)
        latest: dict[tuple[str, str, str], tuple[str, str]] = {}
        for call, stamp in calls:
            for kind, external_id, name in _named(call):
                key = (kind, call.source, external_id)
                if name and key in self._found:
                    latest[key] = max(latest.get(key, ("", "")), (stamp, name))
        for key, (stamp, name) in latest.items():
            in_transaction(partial(self.hear_name, *key, name, stamp))

    def find(self, kind: str, source: str, named: Named) -> OnPlatform:
        """Who is meant: by id, or by name alone the first of that name; of merged ones the one that is left."""
        if named.external_id or not named.name:
            return self._get(kind, source, named.external_id, named.name or named.external_id).meant
        key = (kind, source, named.name)
        if key not in self._by_name:
            self._by_name[key] = self._first_of_that_name(*key)
        return self._by_name[key].meant

    def hear_name(self, kind: str, source: str, external_id: str, name: str, key: str) -> None:
        """Take over a name that the platform gave, unless a later one is known; `key` is that of its register."""
        thing, moment = self._get(kind, source, external_id, name), moment_in(key)
        if not thing.is_news(name, moment):
            return
        with transaction.atomic():
            # Somebody else may have heard a later one meanwhile. Who stores a call need not wait for this.
            thing.refresh_from_db(from_queryset=KINDS[kind]._default_manager.select_for_update(no_key=True))
            if thing.is_news(name, moment):
                thing.hear_name(name, moment)
        self._by_name.clear()

    def is_outdated(self) -> bool:
        """Whether somebody else has renamed or merged one that it remembers."""
        for kind, model in KINDS.items():
            things = [thing for (of_kind, _, _), thing in self._found.items() if of_kind == kind]
            known = _names([*things, *(thing.meant for thing in things)])
            if known and known != _names(model._default_manager.filter(pk__in=known)):
                return True
        return False

    def _first_of_that_name(self, kind: str, source: str, name: str) -> OnPlatform:
        known = KINDS[kind]._default_manager.filter(source=source, name=name).order_by("pk").first()
        if known is None:
            return self._get(kind, source, name, name)
        return self._found.setdefault((kind, source, known.external_id), known)

    def _get(self, kind: str, source: str, external_id: str, name: str) -> OnPlatform:
        key = (kind, source, external_id)
        if key not in self._found:
            rows = KINDS[kind]._default_manager
            names = {"source": source, "external_id": external_id}
            self._found[key], _ = rows.get_or_create(**names, defaults={"name": name})
        return self._found[key]


def _named(call: NormalisedCall) -> Iterator[tuple[str, str, str]]:
    """The kind, id and name of each that the call names."""
    for kind, named in (("assistant", call.assistant), ("campaign", call.campaign)):
        if named:
            yield kind, *id_and_name(named)


def _names(things: Iterable[OnPlatform]) -> dict[int, object]:
    return {one.pk: so_named(one) for one in things}
