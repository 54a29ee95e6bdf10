"""What every provider's payload becomes: pure data, in our words and units, before anything is stored.

None always means "the provider did not say"; it never erases what is known. An empty tuple or mapping means the
same, since platforms send empty lists for what they do not have yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status

Json = object  # None, bool, int, float, str, list or dict, as json.loads gives them
Unit = Literal["credits", "USD", "USD cents", "platform credits"]


class Rejected(Exception):
    """The payload is not what its format says. `path` is where (`message.call.id`), `problem` what is wrong there,
    str() both."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path, self.problem = path, problem


class Ignored(Exception):
    """A known event that the call log does not use; str() says which."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money as the provider gives it; `path` is where it stands in the payload. `usd_each` is what one platform
    credit cost, where the payload tells; else the source has a rate for it."""

    value: Decimal
    unit: Unit
    path: str = ""
    usd_each: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """An assistant or a campaign on its platform. Either part may be unknown, not both."""

    external_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CostPart:
    component: Component
    amount: Amount
    label: str = ""


class Turn(NamedTuple):
    """One turn. Times are seconds from the start of the audio. For a tool, `text` is its arguments."""

    speaker: Speaker
    text: str
    start_seconds: float | None = None
    end_seconds: float | None = None
    name: str | None = None
    result: str | None = None
    is_error: bool | None = None
    interrupted: bool | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """One API response time; `at_ms` counts from the start of the audio."""

    kind: ResponseKind
    duration_ms: int
    at_ms: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class RecordingReference:
    """Where the platform keeps it, or the sound itself, whatever format it is in."""

    url: str = ""
    channels: int | None = None
    audio: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NormalisedCall:
    """One call as one delivery describes it.

    `observed_at` and `sequence` order the deliveries of one call by what they tell, not by when they arrived: the
    moment the provider speaks of, then the place of the event in the provider's own order. Without observed_at the
    arrival counts. A correction counts more than what it corrects, whenever that was. Numbers are given as the
    provider writes them; store() makes them E.164.

    `completed_as` is what a completed call was in truth, where that is told apart from its end: voicemail.
    """

    source: str
    external_id: str
    observed_at: datetime | None = None
    sequence: int = 0
    is_correction: bool = False

    status: Status | None = None
    raw_status: str | None = None
    completed_as: Status | None = None
    ended_reason: str | None = None
    ended_by: EndedBy | None = None

    assistant: Named | None = None
    campaign: Named | None = None
    direction: Direction | None = None
    from_number: str | None = None
    to_number: str | None = None

    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    cost: Amount | None = None

    cost_items: tuple[CostPart, ...] = ()
    transcript: tuple[Turn, ...] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    response_times: tuple[Latency, ...] = ()
    recording: RecordingReference | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)
