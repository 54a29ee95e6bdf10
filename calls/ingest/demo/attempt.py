"""One demo call: who speaks, what becomes of it, and what its platform says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from calls.choices import Direction, EndedBy, Speaker, Status
from calls.ingest.demo import platforms
from calls.ingest.demo.facts import Facts, Setting
from calls.ingest.demo.lines import Line, campaign_id
from calls.ingest.demo.people import somebody
from calls.ingest.demo.recorded import CHANNELS, Recorded
from calls.ingest.demo.scripts import Conversation, Performance, Spoken, choose, part, perform
from calls.ingest.demo.timing import Clock, Pace, Timed
from calls.ingest.normalised import Named, NormalisedCall, RecordingReference

CUT_OFF = {True: 0.4, False: 0.75}  # of failed calls those that had been answered, by whether we called
HUNG_UP_EARLY = 0.06
NOT_HEARD = 0.04  # of what the assistant says
SLOW_ON_BAD_DAY = 2.2
RING_SECONDS: dict[Status, tuple[float, float]] = {
    Status.COMPLETED: (5, 22), Status.VOICEMAIL: (18, 28), Status.UNANSWERED: (28, 45), Status.BUSY: (2, 5),
    Status.FAILED: (0.5, 3),
}  # fmt: skip
PICKED_UP_SECONDS = (1.0, 5.0)  # our side answers quicker


@dataclass(frozen=True, slots=True)
class DemoCall:
    """`recorded` has the sound that goes with the call, if any."""

    normalised: NormalisedCall
    recorded: Recorded | None = None


class Attempt:
    """One call on a line, while it is made up."""

    def __init__(
        self, line: Line, moment: datetime, now: datetime, rng: Random, ids: Random, *, is_bad: bool = False
    ) -> None:
        self._line, self._now, self._rng = line, now, rng
        self._moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._external_id = platforms.call_id(line.source, ids)
        self._person = somebody(line.pool, line.locales, rng)
        self._campaign, self._is_bad = "", is_bad

    def spoken(self, recorded: Recorded) -> DemoCall:
        while self._person.locale != recorded.locale:
            self._person = somebody(self._line.pool, self._line.locales, self._rng)
        self._campaign = recorded.campaign
        url = f"https://media.example.com/{self._line.source}/{self._external_id}.mp3"
        call = self._talk(recorded.status, recorded.performance, recorded.timed)
        return DemoCall(replace(call, recording=RecordingReference(url, CHANNELS)), recorded)

    def over(self, status: Status) -> DemoCall:
        conversation = self._conversation()
        was_answered = status == Status.FAILED and self._rng.random() < CUT_OFF[self._line.is_outbound]
        if status in (Status.COMPLETED, Status.VOICEMAIL) or was_answered:
            performance = self._perform(conversation, status)
            timed = Clock(self._pace(SLOW_ON_BAD_DAY if self._is_bad else 1.0), self._rng).lay(performance.spoken)
            return DemoCall(self._talk(status, performance, timed))
        return DemoCall(self._not_answered(status))

    def live(self, status: Status) -> DemoCall:
        """A call that goes on at `now`; what was said until then is known."""
        performance = self._perform(self._conversation(), Status.COMPLETED)
        timed = Clock(self._pace(), self._rng).lay(performance.spoken)
        talk_ms = round(min(self._rng.uniform(20_000, 150_000), timed.end_ms * 0.9))
        ring = self._ring(Status.COMPLETED) if status == Status.IN_PROGRESS else timedelta(seconds=6)
        is_on = status == Status.IN_PROGRESS
        answered_at = self._now - timedelta(milliseconds=talk_ms) if is_on else None
        waited = ring if status != Status.INITIATED else timedelta(seconds=2)
        call = replace(
            self._base(status, (answered_at or self._now) - waited),
            observed_at=self._now,
            answered_at=answered_at,
            transcript=tuple(turn for turn in timed.turns if is_on and (turn.end_seconds or 0) * 1000 <= talk_ms),
        )
        return DemoCall(call)

    def _conversation(self) -> Conversation:
        conversation = choose(self._script, self._rng)
        self._campaign = conversation.campaign
        return conversation

    @property
    def _script(self) -> str:
        return self._line.scripts[self._person.locale]

    def _pace(self, slowness: float = 1.0) -> Pace:
        return Pace(self._person.locale[:2], self._line.llm_ms, self._rng.uniform(0.88, 1.15), slowness)

    def _perform(self, conversation: Conversation, status: Status) -> Performance:
        facts = Facts(self._setting(), self._person, self._rng)
        if status == Status.VOICEMAIL:
            steps = (*part(self._script, "_voicemail"), *part(self._script, "_voicemail_message"))
            return self._machine(perform(steps, self._script, facts, self._rng))
        performance = perform(conversation.steps, self._script, facts, self._rng)
        if status == Status.FAILED:
            return self._cut(performance, Speaker.CALLER, EndedBy.SYSTEM)
        if self._rng.random() < HUNG_UP_EARLY:
            return self._cut(performance, Speaker.ASSISTANT, EndedBy.CALLER)
        performance.spoken = list(self._with_repeats(performance.spoken, facts))
        return performance

    def _with_repeats(self, spoken: list[Spoken], facts: Facts) -> Iterator[Spoken]:
        """Now and then the caller asks to hear something again."""
        for place, one in enumerate(spoken):
            yield one
            is_answered = one.speaker == Speaker.ASSISTANT and place + 2 < len(spoken)
            if is_answered and place and spoken[place + 1].speaker == Speaker.CALLER and self._rng.random() < NOT_HEARD:
                asked, agreed = perform(part(self._script, "_again"), self._script, facts, self._rng).spoken
                yield asked
                yield replace(agreed, text=f"{agreed.text} {one.text}")

    def _machine(self, performance: Performance) -> Performance:
        left = any(one.speaker == Speaker.ASSISTANT for one in performance.spoken)
        performance.summary = "Voicemail; a message was left." if left else "Voicemail; no message was left."
        performance.variables = {"message_left": left}
        performance.is_successful, performance.ended_by = False, EndedBy.ASSISTANT
        return performance

    def _cut(self, performance: Performance, after: Speaker, ended_by: EndedBy) -> Performance:
        """Only what was said up to one of the first turns of that speaker."""
        places = [place for place, one in enumerate(performance.spoken) if one.speaker == after]
        end = self._rng.choice(places[:3]) + 1
        summary = "Caller hung up early." if ended_by == EndedBy.CALLER else ""
        return Performance(performance.spoken[:end], {}, summary, "Unknown", ended_by, is_successful=False)

    def _setting(self) -> Setting:
        line = self._line
        hours = line.opening_hours.get(self._person.locale, "")
        return Setting(line.business, line.agent, hours, line.country, line.week, self._moment.astimezone(line.zone))

    def _talk(self, status: Status, performance: Performance, timed: Timed) -> NormalisedCall:
        """A call that was answered and is over."""
        line, ring, talk = self._line, self._ring(status), timedelta(milliseconds=timed.end_ms)
        started_at = min(self._moment, self._latest(ring + talk))
        ended_by = performance.ended_by or self._who_ends(performance)
        usage = platforms.Usage.of(timed.turns, timed.end_ms)
        items = platforms.cost_items(line.source, usage, line.direction)
        language = self._person.locale[:2]
        said = (performance.summary, performance.mood, performance.is_successful, language)
        return replace(
            self._base(status, started_at),
            observed_at=started_at + ring + talk,
            ended_reason=self._reason(status, ended_by),
            ended_by=ended_by,
            answered_at=started_at + ring,
            ended_at=started_at + ring + talk,
            duration_ms=timed.end_ms,
            cost=platforms.total(line.source, items),
            cost_items=items,
            transcript=tuple(timed.turns),
            variables=performance.variables,
            response_times=tuple(timed.latencies),
            metadata=platforms.metadata(line.source, *said) if performance.summary else {},
        )

    def _not_answered(self, status: Status) -> NormalisedCall:
        ring = self._ring(status)
        started_at = min(self._moment, self._latest(ring))
        gave_up = status == Status.UNANSWERED and not self._line.is_outbound
        return replace(
            self._base(status, started_at),
            observed_at=started_at + ring,
            ended_reason=self._no_answer_reason(status),
            ended_by=EndedBy.CALLER if gave_up else EndedBy.SYSTEM,
            ended_at=started_at + ring,
            cost=platforms.total(self._line.source, ()),
        )

    def _base(self, status: Status, started_at: datetime) -> NormalisedCall:
        line = self._line
        ours, other = line.number or None, None if line.direction == Direction.WEB else self._person.number
        raw = platforms.RAW_STATUSES[line.source].get(status, platforms.ENDED[line.source])
        return NormalisedCall(
            source=line.source,
            external_id=self._external_id,
            status=status,
            raw_status=raw,
            assistant=Named(line.external_id, line.name),
            campaign=Named(campaign_id(line.source, self._campaign), self._campaign) if self._campaign else None,
            direction=line.direction,
            from_number=ours if line.is_outbound else other,
            to_number=other if line.is_outbound else ours,
            started_at=started_at,
        )

    def _failure_reason(self, was_answered: bool) -> str:
        source = self._line.source
        if self._is_bad:
            return platforms.BAD_DAY_REASON
        if was_answered:
            return self._rng.choice(platforms.CUT_OFF_REASONS[source])
        if self._line.is_outbound:
            return self._rng.choice(platforms.NOT_ANSWERED_REASONS[source][Status.FAILED])
        return platforms.NOT_JOINED_REASONS[source]

    def _reason(self, status: Status, ended_by: EndedBy) -> str:
        """Why an answered call ended."""
        source = self._line.source
        if status == Status.FAILED:
            return self._failure_reason(was_answered=True)
        if status == Status.VOICEMAIL:
            return platforms.VOICEMAIL_REASONS[source]
        return platforms.COMPLETED_REASONS[source][ended_by]

    def _no_answer_reason(self, status: Status) -> str:
        source = self._line.source
        if status == Status.FAILED:
            return self._failure_reason(was_answered=False)
        if not self._line.is_outbound:
            return platforms.HUNG_UP_RINGING[source]
        return self._rng.choice(platforms.NOT_ANSWERED_REASONS[source][status])

    def _who_ends(self, performance: Performance) -> EndedBy:
        """Whoever spoke last mostly hangs up."""
        is_callers = performance.spoken[-1].speaker == Speaker.CALLER
        return EndedBy.CALLER if self._rng.random() < (0.85 if is_callers else 0.55) else EndedBy.ASSISTANT

    def _ring(self, status: Status) -> timedelta:
        is_picked_up = not self._line.is_outbound and status != Status.UNANSWERED
        seconds = self._rng.uniform(*(PICKED_UP_SECONDS if is_picked_up else RING_SECONDS[status]))
        return timedelta(milliseconds=round(seconds * 1000))

    def _latest(self, length: timedelta) -> datetime:
        """The latest start of a call of that length that is over now."""
        return self._now - length - timedelta(seconds=round(self._rng.uniform(3, 600)))
