"""Captured variables as the page of a call shows them, each with the way to the calls that captured the same."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from calls.models import Call, CapturedVariable
from calls.querysets import WrittenOnce
from calls.transcripts.shown import readable
from calls.variables import filter_parameter

# Longer values are folded.
LINES_SHOWN = 12
CHARACTERS_SHOWN = 400
# Longer values stand below their name.
CHARACTERS_IN_COLUMN = 40


@dataclass(frozen=True, slots=True)
class VariableShown:
    """A captured variable. `type` is the JSON type, `is_code` is anything but a string, `is_tall` takes the whole
    width; `preview` is the beginning of a value that is folded, "" for one that is not. `url` is the log filtered by
    what `filter_words` says, "" where the log cannot ask for it."""

    name: str
    type: str
    value: str
    is_code: bool
    is_tall: bool
    preview: str
    url: str
    filter_words: str


CAPTURED = WrittenOnce(lambda: CapturedVariable.objects.filter(call=0).order_by("pk"))


def variables(call: Call) -> list[VariableShown]:
    return [variable(captured) for captured in CAPTURED.objects(call.pk)]


def variable(captured: CapturedVariable) -> VariableShown:
    value, kind = captured.value, json_type(captured.value)
    text = value if isinstance(value, str) else readable(value, CHARACTERS_IN_COLUMN)
    is_long = len(text) > CHARACTERS_SHOWN or text.count("\n") >= LINES_SHOWN
    parameter = filter_parameter(captured.name, captured.value_text)
    return VariableShown(
        name=captured.name,
        type=kind,
        value=text,
        is_code=kind != "string",
        is_tall=len(text) > CHARACTERS_IN_COLUMN or "\n" in text,
        preview=" ".join(text[:80].split()) if is_long else "",
        url=f"{reverse('calls:list')}?{urlencode({'variable': parameter})}" if parameter else "",
        filter_words=f"Calls with this {captured.name}" if ":" in parameter else f"Calls with any {captured.name}",
    )


def json_type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
