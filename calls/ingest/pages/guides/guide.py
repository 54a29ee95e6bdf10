"""What the page of a source says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

# An id and the present moment -> the body of a small delivery that becomes a call.
Sample = Callable[[str, datetime], bytes]


class Secret(Enum):
    """Where the secret comes from."""

    OURS = "ours"  # made here, and entered on the platform
    THEIRS = "theirs"  # made by the platform, and entered here
    ADDRESS = "address"  # made here, a part of the address


@dataclass(frozen=True)
class Guide:
    """`proof` says how to get the secret or where to enter it, `steps` what to do on the platform so that every
    call is sent, `cannot` what its webhooks do not tell."""

    title: str
    secret: Secret
    proof: str
    steps: tuple[str, ...]
    cannot: tuple[str, ...]
    sample: Sample


def as_json(payload: dict[str, object]) -> bytes:
    return json.dumps(payload, indent=2).encode()


def epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
