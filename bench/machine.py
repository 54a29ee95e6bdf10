"""How fast the machine is at the moment: where others share it, it may take twice as long an hour later."""

from __future__ import annotations

import time

STEPS = 300_000
ROUNDS = 5


def loop_ms() -> float:
    """CPU of a fixed loop, the best of some rounds."""
    return min(_loop_ms() for _ in range(ROUNDS))


def _loop_ms() -> float:
    began, total = time.process_time(), 0
    for step in range(STEPS):
        total += step * step
    return (time.process_time() - began) * 1000
