"""How often somebody may be wrong: guesses are counted in Django's cache."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from django.core.cache import cache

WINDOW_SECONDS = 15 * 60


class TooManyGuesses(Exception):
    """Whatever comes next is refused until the window ends."""


@dataclass(frozen=True)
class Guesses:
    """Guesses of one kind; `most` of them are free in a window of the clock, 15 minutes from each full quarter."""

    kind: str
    most: int

    def count(self, *of: object) -> None:
        """Counts one, before it is known whether it is right. Raises TooManyGuesses."""
        key = self._key(of)
        cache.add(key, 0, WINDOW_SECONDS)
        try:
            number = cache.incr(key)
        except ValueError:  # the window ended in between
            cache.add(key, number := 1, WINDOW_SECONDS)
        if number > self.most:
            raise TooManyGuesses

    def check(self, *of: object) -> None:
        """Raises TooManyGuesses when all free guesses are used up."""
        if cache.get(self._key(of), 0) >= self.most:
            raise TooManyGuesses

    def forget(self, *of: object) -> None:
        cache.delete(self._key(of))

    def _key(self, of: tuple[object, ...]) -> str:
        # Addresses do not belong into a cache that others may read, and have colons.
        digest = hashlib.sha256(repr(of).encode()).hexdigest()
        return f"guesses-{self.kind}-{int(time.time() // WINDOW_SECONDS)}-{digest}"


tokens = Guesses("token", most=60)
passwords = Guesses("password", most=10)
