"""The bytes of an export on their way into its file: compressed when asked for, counted and hashed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import BinaryIO

GZIP = 31  # for zlib: with the header and the end of a gzip file, and no time in it, so that equal exports are equal
LEVEL = 5


class Output:
    """`rows` counts the calls written so far. `check` is called with every write and raises to stop the export."""

    def __init__(self, file: BinaryIO, *, is_gzip: bool = False, check: Callable[[], None] = lambda: None) -> None:
        self.rows = 0
        self.size_bytes = 0
        self._file, self._check = file, check
        self._digest = hashlib.sha256()
        self._compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP) if is_gzip else None

    def write(self, data: bytes, rows: int = 0) -> None:
        self._check()
        self.rows += rows
        self._put(self._compressor.compress(data) if self._compressor else data)

    def finish(self) -> None:
        if self._compressor:
            self._put(self._compressor.flush())
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.size_bytes += len(data)
