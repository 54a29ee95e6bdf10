"""Conversations as scripts, and how one is performed.

A script file is text, one step a line:

    == name             a conversation; a name with _ before it is a part for others, not a conversation
    weight 3            how often it is chosen, beside the others of its file
    campaign Recalls    the campaign it belongs to
    A: text             the assistant says; [one|two|] is one of these, $name a fact (see facts.py)
    C: text             the caller says
    T: tool {…} -> {…}  a tool is called with arguments and answers; -!> {…} answers with an error
    @_part              another part: of this file, or of the file _<language>.txt
    << 3 … || 1 … >>    one of these branches, by weight (1 when none is given)
    ! let x = a;b;c | … one of these, for the rest of the call: $x is a, $x.id is b, $x.extra is c
    ! var name = JSON   a captured variable
    ! summary text      what the call came to
    ! end assistant     who ends it: caller, assistant, transfer (one of the first two when not given)
    ! mood Negative     how the caller felt
    ! unsuccessful      the assistant's goal was not reached
    ! silent            the assistant says nothing (to a machine)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from calls.choices import EndedBy, Speaker
from calls.ingest.demo.facts import Facts
from calls.ingest.normalised import Json

FOLDER = Path(__file__).parent / "scripts"
SPEAKERS = {"A": Speaker.ASSISTANT, "C": Speaker.CALLER}
CHOICE = re.compile(r"\[([^\[\]]*)\]")
TOOL = re.compile(r"(\w+) (\{.*\}) -(!?)> (\{.*\})")
SENTENCE_START = re.compile(r"(?:^|[.?!] )[a-zàáéñ]")


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches with their weights."""

    weights: tuple[int, ...]
    branches: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a script as it is written: what stands before the text, and the text."""

    kind: str
    text: str


Step = Line | Fork


@dataclass(frozen=True, slots=True)
class Conversation:
    name: str
    weight: int
    campaign: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said, or a tool's call: then `text` is its arguments."""

    speaker: Speaker
    text: str
    name: str | None = None
    result: str | None = None
    is_error: bool | None = None


@dataclass(slots=True)
class Performance:
    """What came of a script. `ended_by` is None when it leaves that open."""

    spoken: list[Spoken] = field(default_factory=list)
    variables: dict[str, Json] = field(default_factory=dict)
    summary: str = ""
    mood: str = "Neutral"
    ended_by: EndedBy | None = None
    is_successful: bool = True

    def say(self, one: Spoken) -> None:
        """Two lines of one speaker are one turn."""
        last = self.spoken[-1] if self.spoken else None
        if last and last.speaker == one.speaker and one.speaker != Speaker.TOOL:
            one = Spoken(one.speaker, f"{last.text} {one.text}")
            self.spoken.pop()
        self.spoken.append(one)


@cache
def conversations(file: str) -> dict[str, Conversation]:
    """Everything in a script file, by name."""
    text = (FOLDER / f"{file}.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    starts = [place for place, line in enumerate(lines) if line.startswith("== ")]
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return {one.name: one for one in map(_conversation, parts)}


def choose(file: str, rng: Random) -> Conversation:
    known = [one for one in conversations(file).values() if not one.name.startswith("_")]
    return rng.choices(known, [one.weight for one in known])[0]


def perform(
    steps: Iterable[Step], file: str, facts: Facts, rng: Random, into: Performance | None = None
) -> Performance:
    into = into or Performance()
    for step in steps:
        if isinstance(step, Fork):
            [branch] = rng.choices(step.branches, step.weights)
            perform(branch, file, facts, rng, into)
        elif step.kind == "@":
            perform(part(file, step.text), file, facts, rng, into)
        elif step.kind == "!":
            _note(step.text, facts, rng, into)
        elif step.kind == "T":
            into.say(_tool(step.text, facts))
        else:
            into.say(Spoken(SPEAKERS[step.kind], _wording(step.text, facts, rng)))
    return into


def part(file: str, name: str) -> tuple[Step, ...]:
    """A part of the file, or of its language's."""
    own = conversations(file)
    shared = conversations("_" + file.rpartition("_")[2])
    return (own[name] if name in own else shared[name]).steps


def _conversation(lines: list[str]) -> Conversation:
    head, weight, campaign, body = lines[0].removeprefix("== "), 1, "", []
    for line in lines[1:]:
        if line.startswith("weight "):
            weight = int(line.removeprefix("weight "))
        elif line.startswith("campaign "):
            campaign = line.removeprefix("campaign ")
        else:
            body.append(line)
    return Conversation(head, weight, campaign, tuple(_steps(iter(body))))


def _steps(lines: Iterator[str]) -> Iterator[Step]:
    for line in lines:
        if line.startswith("<<"):
            yield _fork(line, lines)
        elif line[0] in "@!":
            yield Line(line[0], line[1:].strip())
        else:
            kind, _, text = line.partition(": ")
            yield Line(kind, text)


def _fork(line: str, lines: Iterator[str]) -> Fork:
    weights, branches, depth = [_weight(line)], [list[str]()], 0
    for line in lines:
        depth += line.startswith("<<") - line.startswith(">>")
        if depth < 0:
            break
        if depth == 0 and line.startswith("||"):
            weights.append(_weight(line))
            branches.append([])
        else:
            branches[-1].append(line)
    return Fork(tuple(weights), tuple(tuple(_steps(iter(branch))) for branch in branches))


def _weight(line: str) -> int:
    return int(line[2:].strip() or 1)


def _wording(text: str, facts: Facts, rng: Random) -> str:
    while found := CHOICE.search(text):
        text = text[: found.start()] + rng.choice(found[1].split("|")) + text[found.end() :]
    text = " ".join(facts.fill(text).split())
    return SENTENCE_START.sub(lambda found: found[0].upper(), text)


def _tool(text: str, facts: Facts) -> Spoken:
    found = TOOL.fullmatch(facts.fill(text))
    if found is None:
        raise ValueError(f"not a tool line: {text}")
    arguments, result = (json.dumps(json.loads(one), ensure_ascii=False) for one in (found[2], found[4]))
    return Spoken(Speaker.TOOL, arguments, found[1], result, bool(found[3]))


def _note(text: str, facts: Facts, rng: Random, into: Performance) -> None:
    key, _, value = text.partition(" ")
    name, _, given = value.partition(" = ")
    match key:
        case "let":
            facts.let(name, rng.choice(given.split("|")))
        case "var":
            into.variables[name] = json.loads(facts.fill(given))
        case "summary":
            into.summary = facts.fill(value)
        case "end":
            into.ended_by = EndedBy(value)
        case "mood":
            into.mood = value
        case "unsuccessful":
            into.is_successful = False
        case "silent":
            into.spoken = [one for one in into.spoken if one.speaker != Speaker.ASSISTANT]
        case _:
            raise ValueError(f"not a note: {text}")
