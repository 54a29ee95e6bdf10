"""What a Vapi call cost, in USD."""

from __future__ import annotations

from collections.abc import Iterator

from calls.choices import Component
from calls.ingest.normalised import Amount, CostPart
from calls.ingest.reading import WORD_LENGTH, Fields

COMPONENTS = {
    "transport": Component.TELEPHONY,
    "transcriber": Component.STT,
    "model": Component.LLM,
    "voice": Component.TTS,
    "vapi": Component.PLATFORM,
    "analysis": Component.ANALYSIS,
}
BREAKDOWN = {
    "transport": Component.TELEPHONY,
    "stt": Component.STT,
    "llm": Component.LLM,
    "tts": Component.TTS,
    "vapi": Component.PLATFORM,
    "chat": Component.LLM,
}
ANALYSES = ("summary", "structuredData", "successEvaluation", "structuredOutput")


def total(message: Fields) -> Amount | None:
    return message.amount("cost", "USD") or message.fields("costBreakdown").amount("total", "USD")


def items(message: Fields) -> tuple[CostPart, ...]:
    """One part for each entry of costs[]; without it, what costBreakdown has."""
    return tuple(_entries(message)) or tuple(_breakdown(message.fields("costBreakdown")))


def _entries(message: Fields) -> Iterator[CostPart]:
    for entry in message.items("costs"):
        kind, amount = entry.text("type") or "", entry.amount("cost", "USD")
        if amount is not None:
            detail = entry.text("analysisType") or ""
            label = f"{kind} {detail}".strip()[:WORD_LENGTH]
            yield CostPart(COMPONENTS.get(kind, Component.OTHER), amount, label)


def _breakdown(breakdown: Fields) -> Iterator[CostPart]:
    analyses = breakdown.fields("analysisCostBreakdown")
    parts = [(breakdown, name, component, name) for name, component in BREAKDOWN.items()]
    parts += [(analyses, name, Component.ANALYSIS, f"analysis {name}") for name in ANALYSES]
    for fields, name, component, label in parts:
        amount = fields.amount(name, "USD")
        if amount is not None and amount.value:
            yield CostPart(component, amount, label)
