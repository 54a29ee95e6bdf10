"""Made-up calls as rows of the tables: the same for the same seed, in the order in which they began."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from django.db.models import Model

from bench.phrases import Phrasebook
from calls.choices import Component, Direction, RecordingState, ResponseKind, Status
from calls.models import Assistant, Call, Campaign, CapturedVariable, CostItem, Recording, ResponseTime, Transcript

SEED = 7
BATCH = 10_000
DAYS = 365
# The newest calls have cost items and response times too.
DETAILED_CALLS = 50_000

ASSISTANTS = 20
CAMPAIGNS = 30
# These were in use in the first four months only: their calls are all old.
RETIRED_ASSISTANTS = (18, 19, 20)
RETIRED_SHARE = 4 / 12
CALLERS = 200_000
PREFIXES = ("+1", "+1", "+1", "+1", "+1", "+1", "+1", "+44", "+49", "+33")

# Plain texts: a million enum members take their time to be hashed and stored.
INITIATED, RINGING, IN_PROGRESS, COMPLETED, BUSY, UNANSWERED, FAILED, VOICEMAIL = map(str, Status.values)
INBOUND, OUTBOUND, WEB = map(str, Direction.values)
STATUSES = {
    COMPLETED: 62.0,
    UNANSWERED: 12.4,
    VOICEMAIL: 10.3,
    BUSY: 6.2,
    FAILED: 9.0,
    # Calls whose end never arrived.
    INITIATED: 0.03,
    RINGING: 0.03,
    IN_PROGRESS: 0.04,
}
LIVE_NOW = (IN_PROGRESS, RINGING, IN_PROGRESS, INITIATED)
DIRECTIONS = {INBOUND: 60, OUTBOUND: 35, WEB: 5}
RECORDED_SHARES = {COMPLETED: 0.52, VOICEMAIL: 0.25}
ENDED_REASONS = {COMPLETED: "customer-ended-call", FAILED: "error-provider"}
REASONS = {
    "order": 30, "appointment": 20, "invoice": 14, "delivery": 10, "refund": 9, "complaint": 7, "address": 5,
    "contract": 3, "warranty": 1.4, "press": 0.5, "recall": 0.1,
}  # fmt: skip
COST_SHARES = {Component.LLM.value: 0.4, Component.TTS.value: 0.35, Component.TELEPHONY.value: 0.25}
ANSWER_KINDS = (ResponseKind.LLM.value, ResponseKind.TURN.value)
HOUR_WEIGHTS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 19, 16, 17, 19, 18, 16, 14, 10, 7, 5, 4, 2, 1)
WEEKEND = 0.35

FIELDS: dict[type[Model], tuple[str, ...]] = {
    Assistant: ("id", "source", "external_id", "name"),
    Campaign: ("id", "source", "external_id", "name"),
    Call: (
        "id", "uuid", "source", "external_id", "assistant", "assistant_name", "campaign", "direction", "from_number",
        "to_number", "status", "raw_status", "ended_reason", "ended_by", "started_at", "answered_at", "ended_at",
        "duration_ms", "cost", "recorded", "metadata", "stamps", "updated_at",
    ),
    Transcript: ("call", "turns", "words"),
    CapturedVariable: ("call", "name", "value", "value_text"),
    Recording: ("call", "state", "url", "file", "content_type", "channels", "duration_ms", "due_at"),
    CostItem: ("call", "component", "amount"),
    ResponseTime: ("call", "kind", "at_ms", "duration_ms"),
}  # fmt: skip

Word = TypeVar("Word", bound=str)
# A row has the values as both databases take them: texts, numbers and None.
Row = tuple[str | int | None, ...]
Rows = dict[type[Model], list[Row]]


@dataclass(frozen=True)
class Draft:
    """What is drawn by chance of one call before its rows are written. Times are naive UTC."""

    id: int
    started: datetime
    assistant: int
    campaign: int | None
    status: str
    direction: str
    duration_ms: int | None
    cost: float | None
    recorded: bool


class Clock:
    """Spreads the calls over the year before `end` as a working week does: more by day than by night."""

    def __init__(self, end: datetime) -> None:
        self.start = end - timedelta(days=DAYS)
        hours = [self.start + timedelta(hours=hour) for hour in range(DAYS * 24)]
        weights = [HOUR_WEIGHTS[hour.hour] * (WEEKEND if hour.weekday() > 4 else 1) for hour in hours]
        self.cumulative = list(itertools.accumulate(weights))

    def at(self, share: float) -> datetime:
        """The moment by which this share (0 to 1) of the year's calls began, to the millisecond."""
        target = share * self.cumulative[-1]
        hour = bisect(self.cumulative, target)
        before = self.cumulative[hour - 1] if hour else 0
        part = (target - before) / (self.cumulative[hour] - before)
        return self.start + timedelta(hours=hour, milliseconds=int(part * 3_600_000))


class Generator:
    """Calls over the year before `end` (naive UTC), in batches that do not depend on each other."""

    def __init__(self, calls: int, end: datetime) -> None:
        self.calls = calls
        self.clock = Clock(end)
        rng = Random(SEED)  # noqa: S311 - no secret
        self.phrases = Phrasebook(rng)
        callers = min(CALLERS, max(calls // 5, 10))
        self.callers = [rng.choice(PREFIXES) + str(rng.randrange(2_010_000_000, 9_999_999_999)) for _ in range(callers)]

    def names(self) -> Rows:
        """The assistants and campaigns."""
        return {
            Assistant: [(id, "bench", f"a-{id}", assistant_name(id)) for id in range(1, ASSISTANTS + 1)],
            Campaign: [(id, "bench", f"k-{id}", f"Campaign {id:02}") for id in range(1, CAMPAIGNS + 1)],
        }

    def batch(self, first: int) -> Rows:
        """BATCH calls from the place `first` on, which counts from 0; fewer at the end."""
        size = min(BATCH, self.calls - first)
        rng = Random(f"{SEED}:{first}")  # noqa: S311 - no secret
        rows: Rows = {model: [] for model in FIELDS}
        for draft in self.drafts(first, size, rng):
            self.write(draft, rng, rows)
        return rows

    def drafts(self, first: int, size: int, rng: Random) -> Iterator[Draft]:
        statuses, directions = pick(STATUSES, size, rng), pick(DIRECTIONS, size, rng)
        for index, status, direction in zip(range(first, first + size), statuses, directions, strict=True):
            share = (index + rng.random()) / self.calls
            status = LIVE_NOW[index % len(LIVE_NOW)] if index >= self.calls - len(LIVE_NOW) else status
            duration_ms = talk_time_ms(status, rng)
            yield Draft(
                id=index + 1,
                started=self.clock.at(share),
                assistant=draw_assistant(share, rng),
                campaign=draw_campaign(share, rng),
                status=status,
                direction=direction,
                duration_ms=duration_ms,
                cost=cost_of(status, duration_ms, rng),
                recorded=rng.random() < RECORDED_SHARES.get(status, 0),
            )

    def write(self, draft: Draft, rng: Random, rows: Rows) -> None:
        rows[Call].append(self.call_row(draft, rng))
        if draft.recorded:
            rows[Recording].append(recording_row(draft))
        if draft.status == COMPLETED:
            self.write_conversation(draft, rng, rows)
            if draft.id > self.calls - DETAILED_CALLS:
                write_details(draft, rng, rows)

    def call_row(self, draft: Draft, rng: Random) -> Row:
        uuid = UUID(int=rng.getrandbits(128), version=4).hex
        caller = self.callers[int(len(self.callers) * rng.random() ** 1.5)]
        sides = {INBOUND: (caller, line(draft.assistant)), OUTBOUND: (line(draft.assistant), caller)}
        answered, ended = moments(draft)
        reason = ENDED_REASONS.get(draft.status, draft.status)
        ended_by = "caller" if draft.status == COMPLETED else ""
        stamps = f'{{"5 {draft.started}": ["answered_at", "cost", "duration_ms", "ended_at", "started_at", "status"]}}'
        return (
            *(
                draft.id,
                uuid,
                "bench",
                f"c-{draft.id}",
                draft.assistant,
                assistant_name(draft.assistant),
                draft.campaign,
            ),
            *(draft.direction, *sides.get(draft.direction, ("", "")), draft.status, draft.status, reason, ended_by),
            *(str(draft.started), answered, ended, draft.duration_ms),
            *(None if draft.cost is None else f"{draft.cost:.4f}", int(draft.recorded), '{"queue": "east"}', stamps),
            ended or str(draft.started),
        )

    def write_conversation(self, draft: Draft, rng: Random, rows: Rows) -> None:
        order = str(rng.randrange(10_000, 10_000 + self.calls * 2))
        turns, words = self.phrases.transcript(rng, order, (draft.duration_ms or 0) / 1000)
        rows[Transcript].append((draft.id, turns, words))
        checked = "true" if rng.random() < 0.7 else "false"
        reason = pick(REASONS, 1, rng)[0]
        rows[CapturedVariable] += [
            (draft.id, "order_id", f'"{order}"', order),
            (draft.id, "order_checked", checked, checked),
            (draft.id, "reason", f'"{reason}"', reason),
        ]


def pick(shares: Mapping[Word, float], times: int, rng: Random) -> list[Word]:
    return rng.choices(list(shares), list(shares.values()), k=times)


def draw_assistant(share: float, rng: Random) -> int:
    """A few assistants have most calls; `share` is how much of the year has passed."""
    present = ASSISTANTS if share < RETIRED_SHARE else ASSISTANTS - len(RETIRED_ASSISTANTS)
    return 1 + int(present * rng.random() ** 1.6)


def draw_campaign(share: float, rng: Random) -> int | None:
    """A campaign lasts for about two months; 3 calls of 10 have none."""
    if rng.random() < 0.3:
        return None
    middle = share * CAMPAIGNS + rng.uniform(-2.5, 2.5)
    return min(max(int(middle) + 1, 1), CAMPAIGNS)


def talk_time_ms(status: str, rng: Random) -> int | None:
    if status == COMPLETED:
        return min(int(rng.lognormvariate(4.5, 0.9) * 1000), 3_600_000)
    if status == VOICEMAIL:
        return int(rng.lognormvariate(2.9, 0.4) * 1000)
    return 0 if status in (BUSY, UNANSWERED) else None


def cost_of(status: str, duration_ms: int | None, rng: Random) -> float | None:
    """Credits: a minute costs 8 to 20, an attempt at most 1."""
    if duration_ms:
        return duration_ms / 60_000 * rng.uniform(8, 20)
    return rng.random() if status in (BUSY, UNANSWERED) else None


def moments(draft: Draft) -> tuple[str | None, str | None]:
    """When the call was answered and when it ended, as the databases take them."""
    if draft.status in LIVE_NOW:
        return None, None
    answered = draft.started + timedelta(seconds=4)
    ended = answered + timedelta(milliseconds=draft.duration_ms or 0)
    return str(answered) if draft.duration_ms else None, str(ended)


def recording_row(draft: Draft) -> Row:
    path = f"recordings/{draft.started:%Y/%m}/c-{draft.id}.mp3"
    url = f"https://media.example.com/c-{draft.id}.mp3"
    return draft.id, RecordingState.READY.value, url, path, "audio/mpeg", 2, draft.duration_ms, None


def write_details(draft: Draft, rng: Random, rows: Rows) -> None:
    for component, share in COST_SHARES.items():
        rows[CostItem].append((draft.id, component, f"{(draft.cost or 0) * share:.4f}"))
    for answer in range(6):
        kind = ANSWER_KINDS[answer % 2]
        rows[ResponseTime].append((draft.id, kind, 2_000 + answer * 4_000, int(rng.lognormvariate(6.5, 0.4))))


def line(assistant: int) -> str:
    """The number of our side."""
    return f"+1202555{100 + assistant:04}"


def assistant_name(assistant: int) -> str:
    return f"Assistant {assistant:02}"
