"""Writers that may be in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

T = TypeVar("T")
TRIES = 5


def in_transaction(work: Callable[[], T]) -> T:
    """Do it all or nothing; again from the start when another writer was first or two waited for each other."""
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError):
            continue
    with transaction.atomic():
        return work()
