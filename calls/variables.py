"""Captured variables as text: what a filter compares."""

from __future__ import annotations

import json

TEXT_LENGTH = 200


def value_text(value: object) -> str:
    """A JSON value as a person would type it to find it: strings as they are, `true`, `null`, `12`, `1.5`, and
    lists and objects as compact JSON with sorted keys. Cut to what the index keeps."""
    if isinstance(value, str):
        return value[:TEXT_LENGTH]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))[:TEXT_LENGTH]
