"""A call with a long transcript, and the pages about it seen from inside. It is older than all others and is taken
away again, so that the log stays as it was filled."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from bench.inspect_pages import Statement, milliseconds, recorder, signed_in
from bench.users import ADMINISTRATOR
from calls import needles
from calls.choices import Component, RecordingState, ResponseKind
from calls.models import Call, CapturedVariable, CostItem, Recording, ResponseTime, Transcript
from calls.variables import value_text

TURNS = 200
TURN_SECONDS = 6
NAME = {"source": "bench", "external_id": "a long call"}
SENTENCES = ("I would like to know where my order is.", "One moment, I am looking for it.", "Thank you & <goodbye>!")
VARIABLES = {"order_id": "12345", "satisfied": True, "items": ["book", "lamp"], "note": "many words " * 60}
PAGES = ("", "transcript.txt", "transcript.json", "transcript.vtt", "transcript.srt")


def main(calls: int, step: str) -> list[dict[str, Any]]:
    """Makes the call and tells of its pages, or removes it."""
    Call.objects.filter(**NAME).delete()
    return [] if step == "remove" else inspect(make())


@transaction.atomic
def make() -> Call:
    length_ms = TURNS * TURN_SECONDS * 1000
    call = Call.objects.create(
        **NAME,
        status="completed",
        direction="inbound",
        from_number="+12025550123",
        to_number="+12025550100",
        started_at=datetime(2001, 1, 1, tzinfo=UTC),
        duration_ms=length_ms,
        cost=Decimal("12.5"),
        recorded=True,
        metadata={"summary": "A very long call."},
    )
    turns = [turn(number) for number in range(TURNS)]
    words = needles.words(" ".join(one["text"] for one in turns))
    Transcript.objects.create(call=call, turns=turns, words=words)
    peaks = [[number * step % 128 for number in range(1000)] for step in (7, 11)]
    Recording.objects.create(
        call=call, state=RecordingState.READY, file="none.mp3", duration_ms=length_ms, channels=2, peaks=peaks
    )
    CapturedVariable.objects.bulk_create(
        CapturedVariable(call=call, name=name, value=value, value_text=value_text(value))
        for name, value in VARIABLES.items()
    )
    CostItem.objects.bulk_create(CostItem(call=call, component=one, amount=Decimal("1.5")) for one in Component.values)
    ResponseTime.objects.bulk_create(
        ResponseTime(call=call, kind=kind, at_ms=number * TURN_SECONDS * 1000, duration_ms=400 + number)
        for number in range(1, TURNS, 2)
        for kind in ResponseKind.values
    )
    return call


def turn(number: int) -> dict[str, Any]:
    times = {"start_seconds": float(number * TURN_SECONDS), "end_seconds": (number + 0.9) * TURN_SECONDS}
    text = SENTENCES[number % len(SENTENCES)] * (1 + number % 4)
    if number % 10 == 8:
        return {
            "speaker": "tool",
            "name": "find_order",
            "text": '{"order": "12345"}',
            "result": '{"at": "sea"}',
        } | times
    return {"speaker": "assistant" if number % 2 else "caller", "text": text} | times


def inspect(call: Call) -> list[dict[str, Any]]:
    client = signed_in(ADMINISTRATOR)
    found = []
    for page in PAGES:
        statements: list[Statement] = []
        path = f"{call.get_absolute_url()}{page}"
        client.get(path)  # what is cached between requests is in place for the second one
        with connection.execute_wrapper(recorder(statements)):
            client.get(path)
        facts = {"name": page or f"call page, {TURNS} turns", "path": path, "queries": len(statements)}
        sql_ms = sum(map(milliseconds, statements))
        found.append(facts | {"sql_ms": sql_ms, "cookie": client.cookies["sessionid"].value})
    return found
