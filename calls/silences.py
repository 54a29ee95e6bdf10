"""Where nobody speaks for a while, so that a player can jump over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from calls.transcripts.cues import SPOKEN, Turn

LEAST_SECONDS = 1.0
# Speech fades in and out: this much of a silence is heard at each of its ends.
MARGIN_SECONDS = 0.2
# Below this part of the loudest sample a telephone line is silent. Peaks go to 127.
QUIET_PART = 0.04
QUIET_PEAK = 2

Span = tuple[float, float]  # seconds from the start of the audio


def silences(peaks: Sequence[Sequence[int]], duration_ms: int | None, turns: Iterable[Turn]) -> list[Span]:
    """By the sound where its peaks are known, otherwise by what the transcript says of when one speaks."""
    found = quiet_spans(peaks, duration_ms / 1000) if peaks and duration_ms else gaps(turns)
    return [
        (round(start + MARGIN_SECONDS, 2), round(end - MARGIN_SECONDS, 2))
        for start, end in found
        if end - start > LEAST_SECONDS
    ]


def quiet_spans(peaks: Sequence[Sequence[int]], seconds: float) -> list[Span]:
    loudest = list(map(max, *peaks)) if len(peaks) > 1 else peaks[0]
    limit = max(QUIET_PEAK, max(loudest, default=0) * QUIET_PART)
    found: list[Span] = []
    place = 0
    for is_quiet, run in groupby(loudest, key=lambda peak: peak <= limit):
        length = len(list(run))
        if is_quiet:
            found.append((place / len(loudest) * seconds, (place + length) / len(loudest) * seconds))
        place += length
    return found


def gaps(turns: Iterable[Turn]) -> list[Span]:
    """Between the turns that were spoken; none where one of them does not say when it began and ended."""
    spoken = [(turn.get("start_seconds"), turn.get("end_seconds")) for turn in turns if turn["speaker"] in SPOKEN]
    spans = sorted((start, end) for start, end in spoken if start is not None and end is not None)
    if len(spans) < len(spoken):
        return []
    found, heard_until = [], spans[0][1] if spans else 0.0
    for _, (start, end) in pairwise(spans):
        found.append((heard_until, start))
        heard_until = max(heard_until, end)
    return found
