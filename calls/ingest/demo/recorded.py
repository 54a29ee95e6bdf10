"""Conversations that were really spoken, by a speech synthesiser: see speak.py, which made the sound and the times."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from calls.choices import EndedBy, ResponseKind, Speaker, Status
from calls.ingest.demo.scripts import Performance, Spoken
from calls.ingest.demo.timing import Timed
from calls.ingest.normalised import Latency, Turn

FOLDER = Path(__file__).parent / "audio"
CONTENT_TYPE = "audio/mpeg"
CHANNELS = 2  # the assistant on the left, the caller on the right


@dataclass(frozen=True, slots=True)
class Recorded:
    """A conversation on the line of that assistant, and its sound."""

    name: str
    assistant: str
    locale: str
    campaign: str
    status: Status
    audio_ms: int
    performance: Performance
    timed: Timed

    @property
    def audio(self) -> Path:
        return FOLDER / f"{self.name}.mp3"


@cache
def recordings() -> tuple[Recorded, ...]:
    return tuple(map(_read, sorted(FOLDER.glob("*.json"))))


def _read(path: Path) -> Recorded:
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Recorded(
        name=path.stem,
        assistant=said["assistant"],
        locale=said["locale"],
        campaign=said.get("campaign", ""),
        status=Status(said["status"]),
        audio_ms=said["audio_ms"],
        performance=_performance(said),
        timed=_timed(said),
    )


def _performance(said: dict[str, Any]) -> Performance:
    spoken = [Spoken(Speaker(one["speaker"]), one["text"], one.get("name"), one.get("result")) for one in said["turns"]]
    ended_by = EndedBy(said["ended_by"])
    return Performance(spoken, said["variables"], said["summary"], said["mood"], ended_by, said["is_successful"])


def _timed(said: dict[str, Any]) -> Timed:
    turns = [Turn(**{**one, "speaker": Speaker(one["speaker"])}) for one in said["turns"]]
    times = [Latency(**{**one, "kind": ResponseKind(one["kind"])}) for one in said["response_times"]]
    return Timed(turns, times, said["duration_ms"])
