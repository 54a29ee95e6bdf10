"""The transcript as the page of a call shows it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from calls.choices import Speaker
from calls.format import format_milliseconds, format_offset
from calls.transcripts.answers import Answer
from calls.transcripts.cues import Turn
from calls.transcripts.formats import SPEAKERS

# Arguments and results that fit in a line of this many characters are not broken.
TOOL_LINE = 60


class TurnShown(NamedTuple):
    """A turn of the transcript. `start` is in seconds, "" where it is not known; `took` is what a tool took or what
    the caller waited for an answer, `took_words` says which; `arguments` and `result` are a tool's, readable."""

    speaker: str
    speaker_label: str
    time: str
    start: str
    text: str
    arguments: str
    result: str
    took: str
    took_words: str
    is_tool: bool
    is_error: bool
    is_slowest: bool
    interrupted: bool


def shown(turns: Sequence[Turn], found: Iterable[Answer]) -> list[TurnShown]:
    answers = {answer.place: answer for answer in found}
    return [_turn(turn, answers.get(place)) for place, turn in enumerate(turns)]


def _turn(turn: Turn, answer: Answer | None) -> TurnShown:
    speaker, start = turn["speaker"], turn.get("start_seconds")
    is_tool = speaker == Speaker.TOOL
    took_ms = tool_ms(turn) if is_tool else answer.wait_ms if answer else None
    return TurnShown(
        speaker=speaker,
        speaker_label=SPEAKERS.get(speaker) or str(speaker),
        time=format_offset(start),
        start="" if start is None else f"{start:.3f}",
        text=(turn.get("name") or "Tool") if is_tool else turn["text"],
        arguments=readable_text(turn["text"]) if is_tool else "",
        result=readable_text(turn.get("result") or "") if is_tool else "",
        took="" if took_ms is None else format_milliseconds(took_ms),
        took_words="" if took_ms is None else took_words(answer),
        is_tool=is_tool,
        is_error=bool(turn.get("is_error")),
        is_slowest=bool(answer and answer.is_slowest),
        interrupted=bool(turn.get("interrupted")),
    )


def tool_ms(turn: Turn) -> float | None:
    start, end = turn.get("start_seconds"), turn.get("end_seconds")
    return None if start is None or end is None else max(end - start, 0) * 1000


def took_words(answer: Answer | None) -> str:
    if answer is None:
        return "From the call of the tool to its result"
    source = "as the platform measured it" if answer.is_measured else "from the end of the turn before"
    return f"What the caller waited for this answer, {source}"


def pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def readable(value: object, length: int) -> str:
    """JSON on one line of at most `length` characters where it fits, otherwise in lines."""
    short = json.dumps(value, ensure_ascii=False)
    return short if len(short) <= length else pretty(value)


def readable_text(text: str) -> str:
    """JSON as it reads well; other text as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return readable(json.loads(text), TOOL_LINE)
    except (ValueError, RecursionError):
        return text
