"""What a delivery says, to test with: plain functions with defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import (
    Amount,
    CostPart,
    Latency,
    Named,
    NormalisedCall,
    RecordingReference,
    Turn,
)
from calls.ingest.store import Stored, store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FULL = NormalisedCall(
    source="vapi",
    external_id="c-1",
    observed_at=NOON + timedelta(minutes=2),
    status=Status.COMPLETED,
    raw_status="ended",
    ended_reason="customer-ended-call",
    ended_by=EndedBy.CALLER,
    assistant=Named("a-1", "Support line"),
    campaign=Named("k-1", "Spring renewals"),
    direction=Direction.INBOUND,
    from_number="+1 (202) 555-0123",
    to_number="0012025550100",
    started_at=NOON,
    answered_at=NOON + timedelta(seconds=3),
    ended_at=NOON + timedelta(seconds=51),
    duration_ms=48_000,
    cost=Amount(Decimal("0.0549"), "USD", "message.cost"),
    cost_items=(CostPart(Component.LLM, Amount(Decimal("0.02"), "USD", "message.costBreakdown.llm"), "llm"),),
    transcript=(
        Turn(Speaker.ASSISTANT, "Hello! How can I help?", 0.0, 2.4),
        Turn(Speaker.CALLER, "Where is my order?", 3.1),
        Turn(Speaker.TOOL, '{"order": "12345"}', 6.0, name="order_status"),
    ),
    variables={"order_id": "12345", "satisfied": True},
    response_times=(Latency(ResponseKind.LLM, 640, 3900), Latency(ResponseKind.TOOL, 210, 6000, "order_status")),
    recording=RecordingReference("https://media.example.com/c-1.wav?signature=1", 2),
    metadata={"queue": "east"},
)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def said(seconds: float = 0, **fields: Any) -> NormalisedCall:
    """A platform's delivery that tells of a moment, and nothing else."""
    return NormalisedCall(source="vapi", external_id="c-1", observed_at=at(seconds), **fields)


def native(**fields: Any) -> NormalisedCall:
    """A delivery in our own format, which tells of no moment."""
    return NormalisedCall(source="my-dialler", external_id="c-1", **fields)


def full(**fields: Any) -> NormalisedCall:
    return replace(FULL, **fields)


def store_at(seconds: float, call: NormalisedCall, digest: str = "") -> Stored:
    """Store what arrived at that moment."""
    return store(call, received_at=at(seconds), digest=digest)
