"""The rows beside a call: how each kind is read and written, many calls at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model

from calls.choices import RecordingState, Speaker
from calls.models import Call, CapturedVariable, CostItem, Recording, ResponseTime, Transcript
from calls.search import words
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


class TranscriptPart:
    """A list of turns."""

    def empty(self) -> list[dict[str, Any]]:
        return []

    def load(self, call: Call) -> list[dict[str, Any]]:
        return next((row.turns for row in Transcript.objects.filter(call=call)), [])

    def write(self, changes: Sequence[Change]) -> None:
        rows = [self._row(change) for change in changes if change.after]
        Transcript.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["call"], update_fields=["turns", "words"]
        )
        if gone := [change.call.pk for change in changes if not change.after]:
            Transcript.objects.filter(call__in=gone).delete()

    @staticmethod
    def _row(change: Change) -> Transcript:
        spoken = " ".join(turn["text"] for turn in change.after if turn["speaker"] in SPOKEN)
        return Transcript(call=change.call, turns=change.after, words=words(spoken))


class VariablesPart:
    """A value by name."""

    def empty(self) -> dict[str, Any]:
        return {}

    def load(self, call: Call) -> dict[str, Any]:
        return dict(CapturedVariable.objects.filter(call=call).values_list("name", "value"))

    def write(self, changes: Sequence[Change]) -> None:
        CapturedVariable.objects.bulk_create(
            [row for change in changes for row in self._changed(change)],
            update_conflicts=True,
            unique_fields=["call", "name"],
            update_fields=["value", "value_text"],
        )
        for change in changes:
            if gone := change.before.keys() - change.after.keys():
                CapturedVariable.objects.filter(call=change.call, name__in=gone).delete()

    @staticmethod
    def _changed(change: Change) -> list[CapturedVariable]:
        return [
            CapturedVariable(call=change.call, name=name, value=value, value_text=value_text(value))
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
        self.rows.bulk_create(
            self.model(call=change.call, **dict(zip(self.fields, values, strict=True)))
            for change in changes
            for values in change.after
        )


class RecordingPart:
    """`url` and `channels`. The row, once there, stays: the state of the sound belongs to whoever fetches it."""

    def empty(self) -> dict[str, Any]:
        return {}

    def load(self, call: Call) -> dict[str, Any]:
        row = Recording.objects.filter(call=call).values("url", "channels").first()
        return {key: value for key, value in row.items() if value is not None} if row else {}

    def write(self, changes: Sequence[Change]) -> None:
        Recording.objects.bulk_create(
            Recording(call=change.call, **change.after) for change in changes if not change.before
        )
        for change in changes:
            if change.before and change.after:
                self._correct(change)

    @staticmethod
    def _correct(change: Change) -> None:
        row = Recording.objects.select_for_update().get(call=change.call)
        is_same_file = row.url.partition("?")[0] == change.after["url"].partition("?")[0]
        row.url, row.channels = change.after["url"], change.after.get("channels")
        if row.state != RecordingState.REMOVED and not (is_same_file and row.state in FETCHED):
            row.state, row.reason = RecordingState.PENDING, ""
        row.save(update_fields=["url", "channels", "state", "reason"])


PARTS: dict[str, Part] = {
    "transcript": TranscriptPart(),
    "variables": VariablesPart(),
    "cost_items": RowsPart(CostItem, "component", "label", "amount", "raw_amount", "raw_unit", "path"),
    "response_times": RowsPart(ResponseTime, "kind", "name", "at_ms", "duration_ms"),
    "recording": RecordingPart(),
}
