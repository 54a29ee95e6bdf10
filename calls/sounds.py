"""The files of recordings: where they are, and how one is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage

from calls.models import Call

# Of a file that nobody has looked into yet.
UNKNOWN_SUFFIX = ".audio"


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound that came in a payload; the same as any other with its digest, also one without its content."""

    sha256: str
    content: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def of(cls, content: bytes) -> Audio:
        return cls(hashlib.sha256(content).hexdigest(), content)


def sound_name(call: Call, sha256: str, suffix: str) -> str:
    """The same for the same bytes of the same call, so that whoever was killed leaves nothing behind but this."""
    return f"recordings/{call.started_at:%Y/%m}/{call.uuid}-{sha256[:16]}{suffix}"


def keep(name: str, content: File[Any]) -> str:
    """Put it into the storage under a `sound_name`, unless it is there already; the name that it has got."""
    if default_storage.exists(name):
        if default_storage.size(name) == content.size:
            return name
        default_storage.delete(name)  # what a killed process had written of it
    return default_storage.save(name, content)
