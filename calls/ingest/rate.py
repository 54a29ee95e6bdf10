"""How many deliveries a provider may send in a minute to one process of the site.

It is counted in the process: a limit that protects it must not depend on a cache that may be away.
"""

from __future__ import annotations

import threading
import time

MINUTE_SECONDS = 60

_lock = threading.Lock()
_counts: dict[str, tuple[int, int]] = {}


def limit(key: str, most: int) -> int:
    """Count one more. 0 when it is within the limit, else the seconds until the minute is over."""
    now = time.time()
    minute = int(now // MINUTE_SECONDS)
    with _lock:
        counted_in, count = _counts.get(key, (minute, 0))
        count = count + 1 if counted_in == minute else 1
        _counts[key] = (minute, count)
    return 0 if count <= most else MINUTE_SECONDS - int(now % MINUTE_SECONDS)


def reset() -> None:
    _counts.clear()
