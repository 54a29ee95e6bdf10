"""A transcript as a file: text, JSON, WebVTT, SubRip. Pure: turns in, text out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from calls.choices import Speaker
from calls.format import format_offset
from calls.transcripts.cues import Cue, Turn, cues

SPEAKERS: dict[str, str] = dict(Speaker.choices)
# What cannot be a part of a text file, or would be read as more than one line where it is not meant.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
BLANK_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Format:
    content_type: str
    write: Callable[[Sequence[Turn]], str]


def as_text(turns: Sequence[Turn]) -> str:
    """A line for each turn, `[00:03] Caller: My order`; the lines that follow in the same turn are indented, so that
    none of them looks like a turn."""
    return "".join(f"[{format_offset(turn.get('start_seconds'))}] {line(turn)}\n" for turn in turns)


def line(turn: Turn) -> str:
    words = tool_words(turn) if turn["speaker"] == Speaker.TOOL else turn["text"]
    mark = " (interrupted)" if turn.get("interrupted") else ""
    label = SPEAKERS.get(turn["speaker"], turn["speaker"])
    return f"{label}: {plain(words)}{mark}".rstrip().replace("\n", "\n    ")


def tool_words(turn: Turn) -> str:
    """`order_status {"order": "12345"} -> HTTP 504 (failed)`"""
    result = f"-> {turn['result']}" if turn.get("result") else ""
    failed = "(failed)" if turn.get("is_error") else ""
    return " ".join(filter(None, [turn.get("name") or "tool", turn["text"], result, failed]))


def as_json(turns: Sequence[Turn]) -> str:
    """The turns as the native format has them."""
    return json.dumps(turns, ensure_ascii=False, indent=2) + "\n"


def as_vtt(turns: Sequence[Turn]) -> str:
    return "\n".join(["WEBVTT\n", *map(vtt_cue, cues(turns))])


def vtt_cue(cue: Cue) -> str:
    # An escaped > also takes --> away, which would end the words.
    words = one_block(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{clock(cue.start_ms, '.')} --> {clock(cue.end_ms, '.')}\n<v {SPEAKERS[cue.speaker]}>{words}\n"


def as_srt(turns: Sequence[Turn]) -> str:
    return "\n".join(srt_cue(number, cue) for number, cue in enumerate(cues(turns), start=1))


def srt_cue(number: int, cue: Cue) -> str:
    # The format has no way to escape: an arrow is written as one that is no part of it, and the words as one line,
    # since some programs take a line that begins like a time for the next subtitle.
    words = one_block(cue.text).replace("\n", " ").replace("-->", "→")
    times = f"{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}"
    return f"{number}\n{times}\n{SPEAKERS[cue.speaker]}: {words}\n"


def one_block(text: str) -> str:
    """Without empty lines, which would end the words of a subtitle."""
    return BLANK_LINES.sub("\n", plain(text).strip())


def plain(text: str) -> str:
    return CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def clock(ms: int, point: str) -> str:
    """`00:01:03.250`"""
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{ms:03d}"


FORMATS = {
    "txt": Format("text/plain; charset=utf-8", as_text),
    "json": Format("application/json", as_json),
    "vtt": Format("text/vtt; charset=utf-8", as_vtt),
    "srt": Format("application/x-subrip; charset=utf-8", as_srt),
}
