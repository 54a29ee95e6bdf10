"""The embedded broker: messages are files in DATA_DIR/broker."""

import time
from pathlib import Path
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps

POLL_SECONDS = 0.2


class Channel(filesystem.Channel):
    """A message appears whole or not at all.

    Kombu opens the file under its final name and fills it afterwards: a worker that looks in between takes an empty
    message and gives up.
    """

    def _put(self, queue: str, payload: dict[str, object], **kwargs: object) -> None:
        folder = Path(self.data_folder_out)
        draft = folder / f"{uuid4()}.draft"
        draft.write_text(dumps(payload))
        draft.rename(folder / f"{time.time_ns()}_{uuid4()}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel

    def drain_events(self, connection: object, timeout: float | None = None) -> None:
        """Look for messages five times a second. A worker waits two rounds before it stops: these are its two seconds
        otherwise."""
        super().drain_events(connection, timeout=POLL_SECONDS)
