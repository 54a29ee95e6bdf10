"""Rows to test with: plain functions with defaults. Every call gets an id of its own."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission, User

from calls import needles
from calls.models import Assistant, Call, Campaign, CapturedVariable, Recording, Transcript
from calls.variables import value_text

numbers = itertools.count(1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make_user(name: str = "", *, sees_all: bool = False, **fields: Any) -> User:
    """A user who sees no assistant, or all of them."""
    user = User.objects.create_user(name or f"user{next(numbers)}", password="a long enough phrase", **fields)
    if sees_all:
        user.user_permissions.add(Permission.objects.get(codename="view_call"))
    return user


def make_assistant(name: str = "Support line", *, viewers: tuple[User, ...] = (), **fields: Any) -> Assistant:
    defaults = {"source": "callmon", "external_id": f"assistant-{next(numbers)}"}
    assistant = Assistant.objects.create(name=name, **defaults | fields)
    assistant.viewers.set(viewers)
    return assistant


def make_campaign(name: str = "Spring renewals", **fields: Any) -> Campaign:
    defaults = {"source": "callmon", "external_id": f"campaign-{next(numbers)}"}
    return Campaign.objects.create(name=name, **defaults | fields)


def make_call(
    *,
    transcript: list[dict[str, Any]] | str | None = None,
    variables: dict[str, Any] | None = None,
    **fields: Any,
) -> Call:
    """A completed inbound call; `transcript` is turns, or what the caller said."""
    defaults: dict[str, Any] = {
        "source": "callmon",
        "external_id": f"call-{next(numbers)}",
        "direction": "inbound",
        "from_number": "+12025550123",
        "to_number": "+12025550100",
        "status": "completed",
        "started_at": NOON,
        "duration_ms": 48_000,
        "cost": Decimal("1.2500"),
    }
    fields = defaults | fields
    assistant = fields.get("assistant")
    call = Call.objects.create(assistant_name=assistant.name if assistant else "", **fields)
    if fields.get("recorded"):
        Recording.objects.create(call=call, url="https://media.example.com/audio.mp3")
    if transcript is not None:
        turns = [{"speaker": "caller", "text": transcript}] if isinstance(transcript, str) else transcript
        words = needles.words(" ".join(turn["text"] for turn in turns))
        Transcript.objects.create(call=call, turns=turns, words=words)
    for name, value in (variables or {}).items():
        CapturedVariable.objects.create(call=call, name=name, value=value, value_text=value_text(value))
    return call
