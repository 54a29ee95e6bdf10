"""The columns of an export, defined once: name, kind, where the databases find the value, and how Python gets it.

How a database writes each kind stands in exports.writers.sqlite and exports.writers.postgresql; exports.writers.plain
does the same in Python, and a test holds that they write the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any

from calls.models import Call, Tag
from exports.cells import credits_text, json_text, quoted, seconds, unescaped


class Kind(Enum):
    UUID = auto()
    WORD = auto()  # one of our own words, or none
    TEXT = auto()  # from platforms and callers
    PHONE = auto()
    TIME = auto()
    SECONDS = auto()  # a whole number of milliseconds in the database
    CREDITS = auto()
    JSON = auto()  # text that is JSON already; None for nothing
    NOTHING = auto()  # where nobody has such a thing
    VALUE = auto()  # one JSON value, of which a text is written as it is


@dataclass(frozen=True)
class Column:
    """`reads` is the path from a call to its value. A column with rows of its own has a subquery instead, `sqlite` and
    `postgresql`, in which `t.id` is the call. `get` takes a call as exports.writers.plain reads it. `empty` is what a
    JSON format writes for none."""

    name: str
    kind: Kind
    get: Callable[[Any], Any]
    reads: str = ""
    sqlite: str = ""
    postgresql: str = ""
    empty: str = "null"


def field(name: str, kind: Kind, reads: str = "") -> Column:
    path = reads or name
    return Column(name, kind, partial(follow, path=path.split("__")), reads=path)


def follow(call: Call, path: Sequence[str]) -> Any:
    """The value at the end of the path; None for an empty text, and where there is no such row."""
    value: Any = call
    for name in path:
        value = getattr(value, name, None)
    return None if value == "" else value


SQLITE_VARIABLES = """(SELECT '{' || group_concat(json_quote(name) || ': ' || coalesce(value, 'null'), ', ') || '}'
FROM (SELECT name, value FROM calls_capturedvariable WHERE call_id = t.id ORDER BY id))"""
POSTGRESQL_VARIABLES = """(SELECT '{' ||
string_agg(to_json(name)::text || ': ' || coalesce(value::text, 'null'), ', ' ORDER BY id) || '}'
FROM calls_capturedvariable WHERE call_id = t.id)"""


def variables(call: Any) -> str | None:
    rows = [f"{json_text(row.name)}: {unescaped(row.text) or 'null'}" for row in call.captured]
    return f"{{{', '.join(rows)}}}" if rows else None


SQLITE_COST_ITEMS = """(SELECT '[' || group_concat('{"component": "' || component || '", "amount": "'
|| printf('%.4f', amount) || CASE label WHEN '' THEN '"}' ELSE '", "label": ' || json_quote(label) || '}' END, ', ')
|| ']' FROM (SELECT component, amount, label FROM calls_costitem WHERE call_id = t.id ORDER BY id))"""
POSTGRESQL_COST_ITEMS = """(SELECT '[' || string_agg('{"component": "' || component || '", "amount": "'
|| amount || CASE label WHEN '' THEN '"}' ELSE '", "label": ' || to_json(label)::text || '}' END, ', ' ORDER BY id)
|| ']' FROM calls_costitem WHERE call_id = t.id)"""


def cost_items(call: Any) -> str | None:
    return json_list(
        {"component": item.component, "amount": credits_text(item.amount)}
        | ({"label": item.label} if item.label else {})
        for item in call.items
    )


SQLITE_RESPONSE_TIMES = """(SELECT '[' || group_concat('{"kind": "' || kind || '"'
|| CASE name WHEN '' THEN '' ELSE ', "name": ' || json_quote(name) END
|| coalesce(', "at_seconds": ' || CASE WHEN at_ms % 1000 THEN at_ms / 1000.0 ELSE at_ms / 1000 END, '')
|| ', "duration_ms": ' || duration_ms || '}', ', ')
|| ']' FROM (SELECT kind, name, at_ms, duration_ms FROM calls_responsetime WHERE call_id = t.id ORDER BY id))"""
POSTGRESQL_RESPONSE_TIMES = """(SELECT '[' || string_agg('{"kind": "' || kind || '"'
|| CASE name WHEN '' THEN '' ELSE ', "name": ' || to_json(name)::text END
|| coalesce(', "at_seconds": ' || at_ms / 1000::float8, '')
|| ', "duration_ms": ' || duration_ms || '}', ', ' ORDER BY id)
|| ']' FROM calls_responsetime WHERE call_id = t.id)"""


def response_times(call: Any) -> str | None:
    return json_list(
        {"kind": row.kind}
        | ({"name": row.name} if row.name else {})
        | ({} if row.at_ms is None else {"at_seconds": seconds(row.at_ms)})
        | {"duration_ms": row.duration_ms}
        for row in call.answers
    )


def json_list(rows: Iterable[dict[str, Any]]) -> str | None:
    texts = ["{" + ", ".join(f'"{name}": {json_text(value)}' for name, value in row.items()) + "}" for row in rows]
    return f"[{', '.join(texts)}]" if texts else None


def nothing_as_none(text: str | None, nothing: str) -> str | None:
    return None if text == nothing else unescaped(text)


# Names with a comma between them; one that has a comma or a quote in it stands in quotes, as a cell of CSV does.
SQLITE_TAG = """CASE WHEN instr(name, ',') OR instr(name, '"') THEN '"' || replace(name, '"', '""') || '"'
ELSE name END"""
SQLITE_TAGS = f"""(SELECT group_concat({SQLITE_TAG}, ', ') FROM (SELECT name FROM calls_calltag
JOIN calls_tag ON calls_tag.id = tag_id WHERE call_id = t.id ORDER BY key))"""  # noqa: S608
POSTGRESQL_TAG = """CASE WHEN strpos(name, ',') + strpos(name, '"') > 0 THEN '"' || replace(name, '"', '""') || '"'
ELSE name END"""
POSTGRESQL_TAGS = f"""(SELECT string_agg({POSTGRESQL_TAG}, ', ' ORDER BY key COLLATE "C") FROM calls_calltag
JOIN calls_tag ON calls_tag.id = tag_id WHERE call_id = t.id)"""  # noqa: S608


def tags(call: Any) -> str | None:
    return ", ".join(quoted(tag) for tag in sorted_tags(row.tag for row in call.tagged)) or None


def sorted_tags(tags: Iterable[Tag]) -> list[str]:
    return [tag.name for tag in sorted(tags, key=lambda tag: tag.key)]


FLAT = (
    field("id", Kind.UUID, "uuid"),
    field("source", Kind.TEXT),
    field("external_id", Kind.TEXT),
    field("started_at", Kind.TIME),
    field("answered_at", Kind.TIME),
    field("ended_at", Kind.TIME),
    field("direction", Kind.WORD),
    field("phone_number", Kind.PHONE),
    field("from_number", Kind.PHONE),
    field("to_number", Kind.PHONE),
    field("assistant", Kind.TEXT, "assistant_name"),
    field("campaign", Kind.TEXT, "campaign__name"),
    field("status", Kind.WORD),
    field("ended_reason", Kind.TEXT),
    field("ended_by", Kind.WORD),
    field("duration_seconds", Kind.SECONDS, "duration_ms"),
    field("cost", Kind.CREDITS),
    field("recording", Kind.WORD, "recording__state"),
    Column("tags", Kind.TEXT, tags, "", SQLITE_TAGS, POSTGRESQL_TAGS),
)
NESTED = (
    Column("variables", Kind.JSON, variables, "", SQLITE_VARIABLES, POSTGRESQL_VARIABLES, empty="{}"),
    Column("cost_items", Kind.JSON, cost_items, "", SQLITE_COST_ITEMS, POSTGRESQL_COST_ITEMS, empty="[]"),
    Column(
        "response_times", Kind.JSON, response_times, "", SQLITE_RESPONSE_TIMES, POSTGRESQL_RESPONSE_TIMES, empty="[]"
    ),
    Column(
        "transcript",
        Kind.JSON,
        lambda call: nothing_as_none(call.turns_text, "[]"),
        "",
        "(SELECT nullif(turns, '[]') FROM calls_transcript WHERE call_id = t.id)",
        "(SELECT nullif(turns::text, '[]') FROM calls_transcript WHERE call_id = t.id)",
        empty="[]",
    ),
    Column(
        "metadata",
        Kind.JSON,
        lambda call: nothing_as_none(call.metadata_text, "{}"),
        "",
        "(SELECT nullif(metadata, '{}') FROM calls_call WHERE id = t.id)",
        "(SELECT nullif(metadata::text, '{}') FROM calls_call WHERE id = t.id)",
        empty="{}",
    ),
)
NO_TAGS = Column("tags", Kind.NOTHING, lambda call: None)
COLUMNS = {column.name: column for column in (*FLAT, *NESTED)}


def variable_column(name: str) -> Column:
    """One captured variable in a column of its own, `variables.order_id`."""
    literal = "'" + name.replace("'", "''") + "'"
    subquery = f"(SELECT value FROM calls_capturedvariable WHERE call_id = t.id AND name = {literal})"  # noqa: S608
    return Column(f"variables.{name}", Kind.VALUE, partial(variable, name=name), "", subquery, subquery)


def variable(call: Any, name: str) -> str | None:
    return next((unescaped(row.text) for row in call.captured if row.name == name), None)
