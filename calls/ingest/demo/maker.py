"""Demo calls, one by one: `demo_calls` is the way in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from calls.choices import Direction, Status
from calls.ingest.demo.attempt import Attempt, DemoCall
from calls.ingest.demo.lines import LINES, Line
from calls.ingest.demo.recorded import Recorded, recordings
from calls.ingest.demo.schedule import Calendar, is_open

# How calls end, by direction.
OUTCOMES: dict[Direction, dict[Status, float]] = {
    Direction.INBOUND: {Status.COMPLETED: 0.935, Status.UNANSWERED: 0.045, Status.FAILED: 0.02},
    Direction.WEB: {Status.COMPLETED: 0.96, Status.FAILED: 0.04},
    Direction.OUTBOUND: {
        Status.COMPLETED: 0.52, Status.UNANSWERED: 0.25, Status.VOICEMAIL: 0.15, Status.BUSY: 0.05,
        Status.FAILED: 0.03,
    },
}  # fmt: skip
FAILED_ON_BAD_DAY = 0.6

# The calls that are on now: (status, platform).
LIVE = (
    (Status.IN_PROGRESS, "elevenlabs"),
    (Status.RINGING, "vapi"),
    (Status.INITIATED, "retell"),
    (Status.IN_PROGRESS, "vapi"),
    (Status.IN_PROGRESS, "retell"),
    (Status.IN_PROGRESS, "elevenlabs"),
)
LIVE_SHARE = 40  # one in so many calls is on now, up to all of LIVE
RECENT = 24  # the first recordings are among about so many of the newest calls
RECORDED_SHARE = 0.05  # of the conversations on lines that have recordings
RECORDED_BEFORE = 5_000  # so that a large demo does not fill the disk


def demo_calls(count: int, seed: int, days: int, now: datetime) -> Iterator[DemoCall]:
    """`count` calls that began in the `days` before `now`, in no order. The same arguments give the same calls; ids
    depend on the seed and the place alone."""
    board = Switchboard(count, days, now)
    for place in range(count):
        yield board.call(place, Random(f"{seed} {place}"))  # noqa: S311


class Switchboard:
    """All lines on one timetable."""

    def __init__(self, count: int, days: int, now: datetime) -> None:
        self._now = now
        self._recent = now - timedelta(days=days) * min(1.0, RECENT / count if count else 1.0)
        self._live = min(len(LIVE), -(-count // LIVE_SHARE))
        self._spoken = min(len(recordings()), count // 8)
        self._calendars = {line.name: Calendar(line, now - timedelta(days=days), now) for line in LINES}

    def call(self, place: int, rng: Random) -> DemoCall:
        ids = Random(rng.getrandbits(64))  # noqa: S311
        if place < self._live:
            return self._live_call(*LIVE[place], rng, ids)
        if place < self._live + self._spoken:
            return self._newly_recorded(recordings()[place - self._live], rng, ids)
        return self._past_call(rng, ids, may_be_recorded=place < RECORDED_BEFORE)

    def _live_call(self, status: Status, source: str, rng: Random, ids: Random) -> DemoCall:
        """On a line of the platform that is open; calls that are only being made are our own where possible."""
        lines = [line for line in LINES if line.source == source and line.direction != Direction.WEB]
        wanted = [line for line in lines if is_open(line, self._now)] or lines
        ours = [line for line in wanted if line.is_outbound and status != Status.IN_PROGRESS]
        return Attempt(rng.choice(ours or wanted), self._now, self._now, rng, ids).live(status)

    def _newly_recorded(self, recorded: Recorded, rng: Random, ids: Random) -> DemoCall:
        [line] = [line for line in LINES if line.name == recorded.assistant]
        moment = Calendar(line, self._recent, self._now).moment(rng)
        return Attempt(line, moment, self._now, rng, ids).spoken(recorded)

    def _past_call(self, rng: Random, ids: Random, *, may_be_recorded: bool) -> DemoCall:
        [line] = rng.choices(LINES, [line.share for line in LINES])
        calendar = self._calendars[line.name]
        moment = calendar.moment(rng)
        is_bad = calendar.is_bad(moment)
        attempt = Attempt(line, moment, self._now, rng, ids, is_bad=is_bad)
        status = self._outcome(line, is_bad, rng)
        fits = may_be_recorded and moment < self._recent
        recorded = self._recorded_before(line, status, rng) if fits else None
        return attempt.spoken(recorded) if recorded else attempt.over(status)

    def _outcome(self, line: Line, is_bad: bool, rng: Random) -> Status:
        outcomes = OUTCOMES[line.direction]
        [status] = rng.choices(list(outcomes), list(outcomes.values()))
        return Status.FAILED if is_bad and rng.random() < FAILED_ON_BAD_DAY else status

    def _recorded_before(self, line: Line, status: Status, rng: Random) -> Recorded | None:
        fitting = [one for one in recordings() if (one.assistant, one.status) == (line.name, status)]
        return rng.choice(fitting) if rng.random() < RECORDED_SHARE and fitting else None
