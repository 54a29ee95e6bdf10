"""Captured variables as text: what a filter compares, and how it is asked for."""

from __future__ import annotations

import json

TEXT_LENGTH = 200
# What CallFilter takes as one parameter.
PARAMETER_LENGTH = 300


def value_text(value: object) -> str:
    """A JSON value as a person would type it to find it: strings as they are, `true`, `null`, `12`, `1.5`, and
    lists and objects as compact JSON with sorted keys. Cut to what the index keeps."""
    if isinstance(value, str):
        return value[:TEXT_LENGTH]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))[:TEXT_LENGTH]


def filter_parameter(name: str, value_text: str) -> str:
    """`name:value`, or `name` where the value is longer than what is kept to compare; "" where the name itself cannot
    be written, since its first colon would end it."""
    if ":" in name or name != name.strip() or len(name) > PARAMETER_LENGTH:
        return ""
    both = f"{name}:{value_text}"
    can_be_asked = len(value_text) < TEXT_LENGTH and len(both) <= PARAMETER_LENGTH and both == both.strip()
    return both if can_be_asked and "\x00" not in both else name
