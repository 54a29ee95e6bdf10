"""When each turn of a conversation is spoken, and what took how long, in ms from the start of the audio."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from calls.choices import ResponseKind, Speaker
from calls.ingest.demo.scripts import Spoken
from calls.ingest.normalised import Latency, Turn

# A digit is read aloud, and a sentence ends with a breath.
DIGIT_LETTERS = 4
LETTERS_PER_SECOND = {"en": 15.5, "de": 14.5, "es": 16.5, "fr": 16.0}
BREATH_MS = 240
INTERRUPTED = 0.03
HANGS = 0.018  # of the answers of a language model: they take several times as long
SEARCHES = 0.18  # of what is read aloud: the caller looks for it first


@dataclass(frozen=True, slots=True)
class Pace:
    """How quick both sides of a call are. `slowness` multiplies what the language model takes."""

    language: str
    llm_ms: int
    caller_rate: float
    slowness: float = 1.0
    searches: float = SEARCHES
    hangs: float = HANGS


@dataclass(slots=True)
class Timed:
    turns: list[Turn] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    end_ms: int = 0


class Clock:
    """Lays one turn after the other. `length_ms` knows how long a turn really is, where it has been spoken."""

    def __init__(self, pace: Pace, rng: Random, length_ms: Callable[[Spoken], int] | None = None) -> None:
        self._pace, self._rng = pace, rng
        self._length_ms = length_ms or self._guess_ms
        self._now_ms = 0
        self._waiting_since_ms: int | None = None  # the caller has spoken and hears nothing yet
        self._timed = Timed()

    def lay(self, spoken: list[Spoken]) -> Timed:
        for place, one in enumerate(spoken):
            if one.speaker == Speaker.TOOL:
                self._tool(one)
            elif one.speaker == Speaker.ASSISTANT:
                followed = place + 1 < len(spoken) and spoken[place + 1].speaker == Speaker.CALLER
                self._assistant(one, followed)
            else:
                self._caller(one)
        self._timed.end_ms = self._now_ms + round(self._rng.uniform(300, 1500))
        return self._timed

    def _assistant(self, one: Spoken, may_be_interrupted: bool) -> None:
        if not self._timed.turns:
            self._now_ms += round(self._rng.uniform(400, 1200))
        elif self._timed.turns[-1].speaker == Speaker.CALLER:
            self._listen()
        if self._timed.turns and self._timed.turns[-1].speaker != Speaker.ASSISTANT:
            self._answer()
        else:
            self._now_ms += round(self._rng.uniform(250, 600)) if self._timed.turns else 0
        is_long = len(one.text) > 60 and may_be_interrupted
        self._speak(one, interrupted=True if is_long and self._rng.random() < INTERRUPTED else None)

    def _caller(self, one: Spoken) -> None:
        was_interrupted = bool(self._timed.turns) and self._timed.turns[-1].interrupted
        thinks_ms = 60 if was_interrupted else round(self._rng.lognormvariate(6.5, 0.5))
        is_searching = re.search(r"\d", one.text) and self._rng.random() < self._pace.searches
        self._now_ms += round(self._rng.uniform(4_000, 22_000)) if is_searching else min(thinks_ms, 5_000)
        self._speak(one)
        self._waiting_since_ms = self._now_ms

    def _tool(self, one: Spoken) -> None:
        if self._timed.turns and self._timed.turns[-1].speaker == Speaker.CALLER:
            self._listen()
            self._measure(ResponseKind.LLM, self._llm_ms())
        took_ms = round(min(self._rng.lognormvariate(6.1, 0.6), 4500))
        if one.is_error:
            took_ms = round(self._rng.uniform(2500, 6000))
        start_ms = self._now_ms
        self._measure(ResponseKind.TOOL, took_ms, one.name or "")
        self._keep(one, start_ms)

    def _listen(self) -> None:
        self._measure(ResponseKind.STT, round(self._rng.lognormvariate(4.9, 0.25)))

    def _answer(self) -> None:
        self._measure(ResponseKind.LLM, self._llm_ms())
        self._measure(ResponseKind.TTS, round(self._rng.lognormvariate(5.15, 0.25)))
        since_ms, self._waiting_since_ms = self._waiting_since_ms, None
        if since_ms is not None:
            turn = Latency(ResponseKind.TURN, self._now_ms - since_ms, since_ms)
            self._timed.latencies.append(turn)

    def _llm_ms(self) -> int:
        took = self._pace.llm_ms * self._pace.slowness * self._rng.lognormvariate(0, 0.28)
        return round(took * self._rng.uniform(3, 6) if self._rng.random() < self._pace.hangs else took)

    def _measure(self, kind: ResponseKind, took_ms: int, name: str = "") -> None:
        self._timed.latencies.append(Latency(kind, took_ms, self._now_ms, name))
        self._now_ms += took_ms

    def _speak(self, one: Spoken, interrupted: bool | None = None) -> None:
        start_ms = self._now_ms
        self._now_ms += self._length_ms(one)
        self._keep(one, start_ms, interrupted)

    def _guess_ms(self, one: Spoken) -> int:
        rate = self._pace.caller_rate if one.speaker == Speaker.CALLER else 1.0
        return round(speech_ms(one.text, self._pace.language) / rate * self._rng.uniform(0.95, 1.05))

    def _keep(self, one: Spoken, start_ms: int, interrupted: bool | None = None) -> None:
        start, end = start_ms / 1000, self._now_ms / 1000
        turn = Turn(one.speaker, one.text, start, end, one.name, one.result, one.is_error or None, interrupted)
        self._timed.turns.append(turn)


def speech_ms(text: str, language: str) -> float:
    letters = len(text) + DIGIT_LETTERS * len(re.findall(r"\d", text))
    breaths = len(re.findall(r"[.?!,] ", text))
    return 250 + letters / LETTERS_PER_SECOND[language] * 1000 + breaths * BREATH_MS
