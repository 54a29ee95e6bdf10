"""One page of the selected calls, and where it stands among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calls.filters import CallFilter
from calls.paging import COUNT_CAP, LAST, NO_PAGE, Page, read_page


@dataclass(frozen=True)
class Place:
    """Where a page stands in its list. `first` and `last` count from 1; None when that is not known."""

    first: int | None
    last: int | None
    total: int

    def __str__(self) -> str:
        """`1–50 of 1,234 calls`, `10,000+ calls` where the place is not known, `no calls`."""
        if not self.total:
            return "no calls"
        total = f"{COUNT_CAP:,}+" if self.total > COUNT_CAP else f"{self.total:,}"
        shown = f"{self.first:,}–{self.last:,} of " if self.first else ""
        return f"{shown}{total} {'call' if self.total == 1 else 'calls'}"


def read_list(selection: CallFilter, values: Sequence[str]) -> tuple[Page, Place]:
    """The page that the selection asks for, its rows with these values, which include the columns of every order."""
    total, page = selection.count, NO_PAGE
    if total:
        calls, order, size = selection.qs_to_read().values(*values), selection.order, selection.size
        page = read_page(calls, order, size, after=selection.after, before=selection.before, few=selection.is_few)
    first = page.first
    if first is None and selection.before == LAST and total <= COUNT_CAP:
        first = total - len(page.rows) + 1
    return page, Place(first, first + len(page.rows) - 1 if first else None, total)
