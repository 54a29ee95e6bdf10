"""The embedded broker: messages are files in DATA_DIR/broker."""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu import Connection
from kombu.transport import filesystem
from kombu.utils.json import dumps

POLL_SECONDS = 0.2


class Channel(filesystem.Channel):
    """A message appears whole or not at all.

    Kombu opens the file under its final name and fills it afterwards: a worker that looks in between takes an empty
    message and gives up.
    """

    # The types of Kombu contradict each other about this method.
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        draft = folder / f"{uuid4()}.draft"
        draft.write_text(dumps(payload))
        draft.rename(folder / f"{time.time_ns()}_{uuid4()}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel

    # … and about this one.
    def drain_events(self, connection: Connection, timeout: float | None = None) -> None:  # type: ignore[override]
        """Look for messages five times a second. Returns after each look, so that a worker that should stop does not
        wait for the end of `timeout`, seconds, None for ever. Raises TimeoutError at that end."""
        is_last_look = timeout is not None and timeout <= POLL_SECONDS
        try:
            super().drain_events(connection, timeout=timeout if is_last_look else POLL_SECONDS)
        except TimeoutError:
            if is_last_look:
                raise
