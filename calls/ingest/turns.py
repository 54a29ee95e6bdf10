"""Making a transcript: tool results joined to their calls, turns in the order of speech, response times of tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from calls.choices import ResponseKind, Speaker
from calls.ingest.normalised import Latency, Turn
from calls.ingest.reading import MOST_MS, NAME_LENGTH


class Conversation:
    """Turns as the provider lists them, while they are being read."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._tool_calls: dict[str, int] = {}

    def add(self, turn: Turn) -> None:
        """Take a turn in; one without words is no turn."""
        if turn.text:
            self._turns.append(turn)

    def call_tool(self, call_id: str | None, turn: Turn) -> None:
        if call_id:
            self._tool_calls[call_id] = len(self._turns)
        self._turns.append(turn)

    def tool_answered(self, call_id: str | None, answer: Turn, took_seconds: float | None = None) -> None:
        """Join an answer to its call, which ends with it or `took_seconds` after its start. An answer without a
        call stands alone."""
        index = self._tool_calls.pop(call_id, None) if call_id else None
        if index is None:
            self._turns.append(answer)
            return
        call, end = self._turns[index], answer.end_seconds
        if took_seconds is not None and call.start_seconds is not None:
            end = round(call.start_seconds + took_seconds, 3)
        self._turns[index] = call._replace(
            name=call.name or answer.name,
            result=answer.result,
            is_error=answer.is_error,
            end_seconds=None if end is None or end < (call.start_seconds or 0) else end,
        )

    def turns(self) -> tuple[Turn, ...]:
        return in_order(self._turns)


def in_order(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Turns by their start. One without a time stays behind the turn that it was listed after."""
    started = 0.0
    timed: list[tuple[float, Turn]] = []
    for turn in turns:
        started = started if turn.start_seconds is None else turn.start_seconds
        timed.append((started, turn))
    return tuple(turn for _, turn in sorted(timed, key=lambda pair: pair[0]))


def turns_of_lines(text: str, speakers: Mapping[str, Speaker]) -> tuple[Turn, ...]:
    """Turns without times from lines like `Agent: Hello`; a line without a known speaker goes on with the turn."""
    turns: list[Turn] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        label, colon, words = line.partition(":")
        if colon and label.strip().lower() in speakers:
            turns.append(Turn(speakers[label.strip().lower()], words.strip()))
        elif turns:
            turns[-1] = turns[-1]._replace(text=f"{turns[-1].text} {line}".strip())
        else:
            turns.append(Turn(Speaker.SYSTEM, line))
    return tuple(turn for turn in turns if turn.text)


def latency(
    kind: ResponseKind, duration_ms: Decimal | float | None, at_seconds: float | None = None, name: str | None = None
) -> tuple[Latency, ...]:
    """One response time, or none when the figure is unknown or no length of time."""
    if duration_ms is None or not 0 <= duration_ms <= MOST_MS:
        return ()
    at_ms = None if at_seconds is None else round(at_seconds * 1000)
    return (Latency(kind, round(duration_ms), at_ms, (name or "")[:NAME_LENGTH]),)


def tool_latencies(turns: Iterable[Turn]) -> tuple[Latency, ...]:
    """How long each tool took whose call and result both have a time."""
    found: list[Latency] = []
    for turn in turns:
        if turn.speaker == Speaker.TOOL and turn.start_seconds is not None and turn.end_seconds is not None:
            length_ms = (turn.end_seconds - turn.start_seconds) * 1000
            found.extend(latency(ResponseKind.TOOL, length_ms, turn.start_seconds, turn.name))
    return tuple(found)
