"""One call while deliveries are merged into it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from calls.choices import LIVE_STATUSES, Status
from calls.ingest.directory import KINDS, Directory
from calls.ingest.normalised import Named
from calls.ingest.parts import PARTS, Change, same
from calls.ingest.registers import (
    COMPLETED_AS,
    COST_SOURCE,
    NEVER,
    Money,
    Registers,
    no_ending,
    pack,
    stamp_in,
    unpack,
)
from calls.models import Call

COLUMNS = (
    "assistant_id", "assistant_name", "campaign_id", "direction", "from_number", "to_number",
    "status", "raw_status", "ended_reason", "ended_by", "started_at", "answered_at", "ended_at",
    "duration_ms", "cost", "recorded", "metadata",
)  # fmt: skip
SET_AS_IS = {*COLUMNS} - {"cost", "metadata"}
GENERATED_FROM_NUMBERS = ("phone_number", "phone_search")
# Who has a status and a start keeps them, a recording's row belongs to whoever fetches it, and tags to people.
KEPT = ("status", "started_at", "recording", "tags", *(f"{kind}_names" for kind in KINDS))
STATUSES = Status.values  # made anew each time it is asked for
FORGOTTEN = object()


class Draft:
    """A call and what beside it is about to change; nothing is written here but the call's own row."""

    def __init__(self, call: Call, directory: Directory) -> None:
        call.metadata = dict(call.metadata)
        self.call = call
        self.is_new = self.is_empty = call.pk is None
        self._directory = directory
        self._before = {} if self.is_new else {column: getattr(call, column) for column in COLUMNS}
        self._before["metadata"] = dict(call.metadata)
        self._stamps = unpack(call.stamps)
        if call.status:
            self._stamps.setdefault("status", f"{LIVE_STATUSES.index(call.status) + 1 if call.is_live else 6} ")
        self._parts: dict[str, Change] = {}

    def merge(self, said: Registers, first_moment: datetime) -> bool:
        """Take over what is newer than what is known; whether that changed anything."""
        changed, self.is_empty, stamps, columns = self.is_empty, False, self._stamps, self.call.__dict__
        for name, (key, value) in said.items():
            if key <= stamps.get(name, ""):
                continue
            stamps[name] = key
            if name in SET_AS_IS:  # most of them
                changed |= columns[name] != value
                columns[name] = value
            else:
                changed |= self._set(name, value, key)
        return self._derive(first_moment) | changed

    def restate(self, said: Registers, stamps: Collection[str], first_moment: datetime) -> bool:
        """Forget what the deliveries with these stamps said, then merge what they say now."""
        for name in [name for name, key in self._stamps.items() if stamp_in(key) in stamps]:
            key = self._stamps.pop(name)
            if name not in said:
                self._set(name, FORGOTTEN, key)
        was_empty = self.is_empty
        self.merge(said, first_moment)
        return was_empty or self.is_new or bool(self._changed_columns() or self.changes)

    def close_without_ending(self) -> bool:
        """As the rule has it; false when an ending came meanwhile."""
        said = no_ending()
        if self._stamps.get("status", "") >= said["status"].key:
            return False
        for name, one in said.items():
            if one.key > self._stamps.get(name, ""):
                self._stamps[name] = one.key
                self._set(name, one.value, one.key)
        return True

    @property
    def changes(self) -> dict[str, Change]:
        return {name: part for name, part in self._parts.items() if not same(part.before, part.after)}

    def close(self) -> None:
        """Complete the row, after the last merge."""
        known = self.call._state.fields_cache
        if "assistant" in known:
            self.call.assistant_name = known["assistant"].name if known["assistant"] else ""
        if self.is_new:
            self.call.stamps = pack(self._stamps)

    def save_columns(self) -> None:
        """Write the row of a call that was there before, if it changed."""
        columns, stamps = self._changed_columns(), pack(self._stamps)
        has_new_stamps, self.call.stamps = stamps != self.call.stamps, stamps
        if columns or self.changes:
            self.call.save(update_fields=[*columns, "stamps", "updated_at"])
            for column in GENERATED_FROM_NUMBERS:
                self.call.__dict__.pop(column, None)  # read again when it is asked for
        elif has_new_stamps:
            Call.objects.filter(pk=self.call.pk).update(stamps=stamps)

    def _changed_columns(self) -> list[str]:
        return [column for column in COLUMNS if not same(getattr(self.call, column), self._before[column])]

    def _set(self, name: str, value: Any, key: str) -> bool:
        group, _, item = name.partition(".")
        if value is FORGOTTEN and group in KEPT:
            return False
        if name in KINDS:
            return self._set_named(name, value)
        if item and group.endswith("_names"):
            self._directory.hear_name(group.removesuffix("_names"), self.call.source, item, value, key)
            return False
        if name == "cost":
            return self._set_cost(value)
        if group == "metadata":
            return _put(self.call.metadata, item, value)
        if group in PARTS:
            return self._set_part(group, item, value)
        return self._set_column(name, value)

    def _set_column(self, name: str, value: Any) -> bool:
        if value is FORGOTTEN:
            value = getattr(Call(), name)  # its default
        changed = getattr(self.call, name) != value
        setattr(self.call, name, value)
        return changed

    def _set_named(self, kind: str, named: Named | Any) -> bool:
        thing = None if named is FORGOTTEN else self._directory.find(kind, self.call.source, named)
        changed = self._set_column(f"{kind}_id", thing and thing.pk)
        self.call._state.fields_cache[kind] = thing
        return changed

    def _set_cost(self, money: Money | Any) -> bool:
        if money is FORGOTTEN:
            money = Money(None)
        source = FORGOTTEN if money.source is None else money.source
        return self._set_column("cost", money.credits) | _put(self.call.metadata, COST_SOURCE, source)

    def _set_part(self, group: str, item: str, value: Any) -> bool:
        part = self._part(group)
        if group == "recording":
            self.call.recorded = True
        if item:
            return _put(part.after, item, value)
        value = PARTS[group].empty() if value is FORGOTTEN else value
        changed, part.after = not same(part.after, value), value
        return changed

    def _part(self, name: str) -> Change:
        if name not in self._parts:
            before = PARTS[name].empty() if self.is_new else PARTS[name].load(self.call)
            self._parts[name] = Change(self.call, before, before.copy(), self.is_new)
        return self._parts[name]

    def _derive(self, first_moment: datetime) -> bool:
        call, changed = self.call, self._forget_rule()
        if "started_at" not in self._stamps:
            changed = self._set_column("started_at", min(filter(None, (call.started_at, first_moment))))
        if "duration_ms" not in self._stamps and call.answered_at and call.ended_at:
            talk_ms = (call.ended_at - call.answered_at) // timedelta(milliseconds=1)
            changed |= self._set_column("duration_ms", max(talk_ms, 0))
        if call.status == Status.COMPLETED and call.metadata.get(COMPLETED_AS) in STATUSES:
            changed |= self._set_column("status", Status(call.metadata[COMPLETED_AS]))
        return changed

    def _forget_rule(self) -> bool:
        """The reason that the rule gave, once an ending has come."""
        if self._stamps.get("ended_reason") != NEVER or self._stamps.get("status", "").endswith(NEVER):
            return False
        return self._set_column("ended_reason", FORGOTTEN) if self._stamps.pop("ended_reason") else False


def _put(mapping: dict[str, Any], key: str, value: Any) -> bool:
    """Set a key, or remove it; whether that changed anything."""
    if value is FORGOTTEN:
        return mapping.pop(key, FORGOTTEN) is not FORGOTTEN
    changed = key not in mapping or not same(mapping[key], value)
    mapping[key] = value
    return changed
