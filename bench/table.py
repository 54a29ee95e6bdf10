"""Tables of plain text: the first column to the left, figures to the right."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns that are empty in all rows are left out."""
    filled = [column for column in range(len(head)) if any(row[column] for row in rows)]
    head, rows = [head[column] for column in filled], [[row[column] for column in filled] for row in rows]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(row, widths) for row in (head, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def figure(value: float | None, *, over: float | None = None) -> str:
    """Three digits that matter, with a mark when the value is over its limit; "" for None."""
    if value is None:
        return ""
    digits = 0 if isinstance(value, int) or value >= 100 else 1 if value >= 10 else 2
    mark = "" if over is None else "!" if value > over else " "
    return f"{value:,.{digits}f}{mark}"
