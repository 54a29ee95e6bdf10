"""Telling the workers that deliveries wait.

A delivery is a row; the bell only makes it quick. So the request that keeps it does not wait for the broker: a thread
of the process rings, once for all that came within a moment, and what it could not tell the sweeper finds.
"""

from __future__ import annotations

import logging
import threading
import time

from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

BETWEEN_SECONDS = 0.25
HEARD_SECONDS = 30  # a ring that no worker heard by then is forgotten: the sweeper rings again


class Bell:
    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Soon, from a thread of its own; it is started in the process that rings, which may be a fork."""
        self._wanted.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            ring_now()
            time.sleep(BETWEEN_SECONDS)


def ring_now() -> None:
    from calls.ingest.tasks import process_deliveries

    try:
        process_deliveries.apply_async(retry=False, expires=HEARD_SECONDS)
    except (OperationalError, OSError) as error:
        log.warning("the queue is away, deliveries wait: %s", type(error).__name__)


bell = Bell()
