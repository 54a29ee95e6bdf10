"""Files in the storage as a player needs them: which version, how large, and any part without the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.db.models.fields.files import FieldFile

from calls.recordings.ranges import Span

CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Version:
    """The file as it is now; `modified` is in whole epoch seconds."""

    size: int
    modified: int
    etag: str


class Bucket(Protocol):
    """calls.recordings.storage.BucketStorage, whose module costs 30 MB where it is not used."""

    def facts(self, name: str) -> tuple[int, datetime] | None: ...

    def read_part(self, name: str, start: int, stop: int, piece_bytes: int) -> Iterator[bytes]: ...

    def signed_url(self, name: str, content_type: str, disposition: str) -> str: ...


def version_of(file: FieldFile) -> Version | None:
    """None when the storage has lost the file."""
    bucket = bucket_of(file)
    facts = bucket.facts(str(file.name)) if bucket else _facts(file)
    if facts is None:
        return None
    size, modified = facts[0], int(facts[1].timestamp())
    digest = hashlib.sha256(f"{file.name} {size} {modified}".encode()).hexdigest()
    return Version(size, modified, f'"{digest[:32]}"')


def read(file: FieldFile, span: Span) -> Iterator[bytes]:
    """The bytes of the span in pieces. The file is open only while they are read."""
    if bucket := bucket_of(file):
        if span.length:
            yield from bucket.read_part(str(file.name), span.start, span.stop, CHUNK_BYTES)
        return
    with file.storage.open(str(file.name)) as opened:
        opened.seek(span.start)
        left = span.length
        while left and (piece := opened.read(min(left, CHUNK_BYTES))):
            left -= len(piece)
            yield piece


def bucket_of(file: FieldFile) -> Bucket | None:
    """The storage, if it is a bucket."""
    return cast(Bucket, file.storage) if hasattr(file.storage, "read_part") else None


def _facts(file: FieldFile) -> tuple[int, datetime] | None:
    try:
        return file.size, file.storage.get_modified_time(str(file.name))
    except (OSError, ValueError):
        return None
