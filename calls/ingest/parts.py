"""The rows beside a call: how each kind is read and written, many calls at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone

from calls.choices import RecordingState, Speaker
from calls.ingest.rows import insert
from calls.models import Call, CallTag, CapturedVariable, CostItem, Recording, ResponseTime, Tag, Transcript
from calls.needles import words
from calls.sounds import UNKNOWN_SUFFIX, Audio, keep, sound_name
from calls.variables import value_text

SPOKEN = (Speaker.ASSISTANT, Speaker.CALLER)
# What is known of a recording's sound does not change when its address is signed anew.
FETCHED = (RecordingState.FETCHING, RecordingState.READY, RecordingState.EMPTY, RecordingState.UNSUPPORTED)


@dataclass(slots=True)
class Change:
    """The rows of one call before and after, in the values that the registers hold."""

    call: Call
    before: Any
    after: Any
    of_new: bool = False  # the call had no rows whatever


class Part(Protocol):
    def empty(self) -> Any:
        """The value of a call without such rows."""

    def load(self, call: Call) -> Any:
        """The value that is stored."""

    def write(self, changes: Sequence[Change]) -> None: ...


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def write(
    model: type[Model],
    fields: Sequence[str],
    changes: Sequence[Change],
    rows_of: Callable[[Change], Iterable[Sequence[Any]]],
    unique: Sequence[str],
) -> None:
    """Write the rows of the changes; where the call is new, nothing can stand in their way."""
    new, other = [one for one in changes if one.of_new], [one for one in changes if not one.of_new]
    insert(model, fields, (row for change in new for row in rows_of(change)))
    insert(model, fields, (row for change in other for row in rows_of(change)), unique)


class TranscriptPart:
    """A list of turns."""

    def empty(self) -> list[dict[str, Any]]:
        return []

    def load(self, call: Call) -> list[dict[str, Any]]:
        return next((row.turns for row in Transcript.objects.filter(call=call)), [])

    def write(self, changes: Sequence[Change]) -> None:
        write(Transcript, ("call_id", "turns", "words"), changes, self._rows, unique=("call_id",))
        if gone := [change.call.pk for change in changes if not change.after]:
            Transcript.objects.filter(call__in=gone).delete()

    @staticmethod
    def _rows(change: Change) -> list[tuple[Any, ...]]:
        spoken = " ".join([turn["text"] for turn in change.after if turn["speaker"] in SPOKEN])
        return [(change.call.pk, change.after, words(spoken))] if change.after else []


class VariablesPart:
    """A value by name."""

    def empty(self) -> dict[str, Any]:
        return {}

    def load(self, call: Call) -> dict[str, Any]:
        return dict(CapturedVariable.objects.filter(call=call).values_list("name", "value"))

    def write(self, changes: Sequence[Change]) -> None:
        fields = ("call_id", "name", "value", "value_text")
        write(CapturedVariable, fields, changes, self._changed, unique=("call_id", "name"))
        for change in changes:
            if gone := change.before.keys() - change.after.keys():
                CapturedVariable.objects.filter(call=change.call, name__in=gone).delete()

    @staticmethod
    def _changed(change: Change) -> list[tuple[Any, ...]]:
        return [
            (change.call.pk, name, value, value_text(value))
            for name, value in change.after.items()
            if name not in change.before or not same(value, change.before[name])
        ]


class RowsPart:
    """A list of tuples with the values of `fields`; it is replaced as a whole."""

    def __init__(self, model: type[Model], *fields: str) -> None:
        self.fields = fields
        self.model = model
        self.rows = model._default_manager

    def empty(self) -> list[tuple[Any, ...]]:
        return []

    def load(self, call: Call) -> list[tuple[Any, ...]]:
        return list(self.rows.filter(call=call).order_by("pk").values_list(*self.fields))

    def write(self, changes: Sequence[Change]) -> None:
        if replaced := [change.call.pk for change in changes if change.before]:
            self.rows.filter(call__in=replaced).delete()
        rows = ((change.call.pk, *values) for change in changes for values in change.after)
        insert(self.model, ("call_id", *self.fields), rows)


class RecordingPart:
    """`url`, `channels`, `audio`. The row, once there, stays: the state of the sound belongs to whoever fetches it."""

    def empty(self) -> dict[str, Any]:
        return {}

    def load(self, call: Call) -> dict[str, Any]:
        row = Recording.objects.filter(call=call).only("url", "channels", "sha256").first()
        if row is None:
            return {}
        audio = Audio(row.sha256) if row.sha256 else None
        known = {"url": row.url, "channels": row.channels, "audio": audio}
        return {key: value for key, value in known.items() if value is not None}

    def write(self, changes: Sequence[Change]) -> None:
        Recording.objects.bulk_create(
            Recording(call=change.call, url=change.after.get("url", ""), channels=change.after.get("channels"))
            for change in changes
            if not change.before
        )
        for change in changes:
            if change.after.get("audio") != change.before.get("audio"):
                self._keep(change.call, change.after["audio"])
            elif change.before and change.after:
                self._correct(change)

    @staticmethod
    def _keep(call: Call, audio: Audio) -> None:
        """Before the rows are committed: a file that no row names is better than a row without its file."""
        row = Recording.objects.select_for_update().get(call=call)
        if row.state == RecordingState.REMOVED:
            return
        row.file.name = keep(sound_name(call, audio.sha256, UNKNOWN_SUFFIX), ContentFile(audio.content))
        row.state, row.reason, row.sha256, row.size_bytes = RecordingState.READY, "", audio.sha256, len(audio.content)
        # What it holds is found out later, and whoever works on what was there before has lost it.
        row.due_at, row.attempts, row.owner, row.playable_file.name = timezone.now(), 0, "", ""
        row.save()

    @staticmethod
    def _correct(change: Change) -> None:
        row = Recording.objects.select_for_update().get(call=change.call)
        is_same_file = row.url.partition("?")[0] == change.after["url"].partition("?")[0]
        row.url = change.after["url"]
        if row.state != RecordingState.REMOVED and not (is_same_file and row.state in FETCHED):
            row.state, row.reason, row.channels = RecordingState.PENDING, "", change.after.get("channels")
            row.due_at, row.attempts, row.owner = timezone.now(), 0, ""
        row.save(update_fields=["url", "channels", "state", "reason", "due_at", "attempts", "owner"])


class TagsPart:
    """Names of tags, which are added and never taken away: that is for people."""

    def empty(self) -> list[str]:
        return []

    def load(self, call: Call) -> list[str]:
        return list(CallTag.objects.filter(call=call).values_list("tag__name", flat=True))

    def write(self, changes: Sequence[Change]) -> None:
        tags = {name: Tag.named(name) for name in sorted({name for change in changes for name in change.after})}
        rows = (CallTag(call=change.call, tag=tags[name]) for change in changes for name in change.after)
        CallTag.objects.bulk_create(rows, ignore_conflicts=True)


PARTS: dict[str, Part] = {
    "transcript": TranscriptPart(),
    "variables": VariablesPart(),
    "cost_items": RowsPart(CostItem, "component", "label", "amount", "raw_amount", "raw_unit", "path"),
    "response_times": RowsPart(ResponseTime, "kind", "name", "at_ms", "duration_ms"),
    "recording": RecordingPart(),
    "tags": TagsPart(),
}
