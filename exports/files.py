"""An export as a file: the same for the page, the command and the API."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from django.http import QueryDict
from django.utils import timezone

from calls.filters import CallFilter
from exports.cells import defused, quoted
from exports.names import in_words
from exports.output import Output
from exports.snapshot import snapshot
from exports.table import Choice, Table, table_of
from exports.writers import postgresql, sqlite
from exports.writers.xlsx import write_xlsx

ENGINES: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
BYTE_ORDER_MARK = "\ufeff".encode()


class BadSelection(ValueError):
    """The query string has a parameter that is not understood; str() names it."""


class TooMany(Exception):
    """More calls than one export may have; str() says so."""


class Progress:
    """What whoever waits is told. The methods are called in the thread that writes."""

    def began(self, total: int, output: Output, interrupt: Callable[[], None]) -> None:
        """The number of calls is known. `interrupt` may be called from another thread to end a long statement."""

    def check(self) -> None:
        """Called with every write; raises to stop."""


@dataclass(frozen=True)
class Written:
    rows: int
    size_bytes: int
    sha256: str


def problems(selection: CallFilter) -> list[str]:
    """What is wrong with a query string, a line for each parameter: `status: “done”: takes initiated, …`."""
    errors = selection.form.errors
    pairs = [(name, message) for name, messages in errors.items() for message in messages]
    return [f"{message}" if name == "__all__" else f"{name}: {message}" for name, message in pairs]


def select(query: str, user: Any, now: Any = None) -> CallFilter:
    """The selection as it was understood at `now`. Raises BadSelection."""
    selection = CallFilter.for_user(QueryDict(query), user, now or timezone.now())
    if found := problems(selection):
        raise BadSelection(" ".join(found))
    return selection


def write_file(selection: CallFilter, choice: Choice, path: Path, progress: Progress, most_rows: int) -> Written:
    """Write the export to `path`; its folder is the writer's own. Raises TooMany, TooLong, and whatever stops it."""
    with snapshot() as alias, path.open("wb") as file:
        calls = selection.qs.using(alias)
        total = calls.count()
        if total > most_rows:
            raise TooMany(
                f"The selection has {total:,} calls, and an export may have {most_rows:,}. Select fewer calls; whoever "
                "runs this site may raise EXPORT_MAX_ROWS."
            )
        output = Output(file, is_gzip=choice.format.is_gzip, check=progress.check)
        progress.began(total, output, interrupter(alias))
        table = table_of(calls, selection.order, choice, selection.selection.zone)
        write(
            table,
            choice,
            output,
            path.parent,
            f"{in_words(selection)}; {total:,} calls; {timezone.now():%Y-%m-%dT%H:%M:%SZ}",
        )
        output.finish()
    return Written(output.rows, output.size_bytes, output.sha256)


def write(table: Table, choice: Choice, output: Output, folder: Path, description: str, engine: Any = None) -> None:
    """`engine` is a module of exports.writers, the database's own by default."""
    engine, format = engine or ENGINES[table.connection.vendor], choice.format
    if format.family == "csv":
        if format.is_for_spreadsheets:
            output.write(BYTE_ORDER_MARK)
        output.write(head(table))
        engine.write_csv(table, output, for_spreadsheets=format.is_for_spreadsheets)
    elif format.family == "json":
        engine.write_json(table, output)
    elif format.family == "jsonl":
        engine.write_jsonl(table, output)
    else:
        write_xlsx(table, output, folder, description)


def head(table: Table) -> bytes:
    return ",".join(quoted(defused(column.name)) for column in table.columns).encode() + b"\r\n"


def interrupter(alias: str) -> Callable[[], None]:
    """Ends the statement that the connection is at, from another thread; nothing once the connection is closed."""
    wrapper = connections[alias]
    raw = wrapper.connection
    end = raw.interrupt if wrapper.vendor == "sqlite" else raw.cancel

    def interrupt() -> None:
        with suppress(raw.Error):
            end()

    return interrupt
