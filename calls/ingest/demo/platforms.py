"""How each platform speaks of its calls: ids, words for an end, parts of the cost, metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from uuid import UUID

from calls.choices import Component, Direction, EndedBy, Speaker, Status
from calls.ingest.normalised import Amount, CostPart, Json, Turn, Unit

PROMPT_TOKENS = 900  # what the assistant is told before anybody speaks
UNITS: dict[str, Unit] = {"vapi": "USD", "retell": "USD cents", "elevenlabs": "USD"}
FOUR_PLACES = Decimal("0.0001")

# The platform's own word for the status, while a call lives and when it is over.
RAW_STATUSES: dict[str, dict[Status, str]] = {
    "vapi": {Status.INITIATED: "queued", Status.RINGING: "ringing", Status.IN_PROGRESS: "in-progress"},
    "retell": {
        Status.INITIATED: "registered",
        Status.RINGING: "registered",
        Status.IN_PROGRESS: "ongoing",
        Status.BUSY: "not_connected",
        Status.UNANSWERED: "not_connected",
        Status.FAILED: "error",
    },
    "elevenlabs": {
        Status.INITIATED: "initiated",
        Status.RINGING: "initiated",
        Status.IN_PROGRESS: "in-progress",
        Status.FAILED: "failed",
        Status.UNANSWERED: "failed",
    },
}
ENDED = {"vapi": "ended", "retell": "ended", "elevenlabs": "done"}

COMPLETED_REASONS: dict[str, dict[EndedBy, str]] = {
    "vapi": {
        EndedBy.CALLER: "customer-ended-call",
        EndedBy.ASSISTANT: "assistant-ended-call",
        EndedBy.TRANSFER: "assistant-forwarded-call",
    },
    "retell": {
        EndedBy.CALLER: "user_hangup",
        EndedBy.ASSISTANT: "agent_hangup",
        EndedBy.TRANSFER: "call_transfer",
    },
    "elevenlabs": {
        EndedBy.CALLER: "Call ended by remote party",
        EndedBy.ASSISTANT: "end_call tool was called.",
        EndedBy.TRANSFER: "transfer_to_number tool was called.",
    },
}
NOT_ANSWERED_REASONS: dict[str, dict[Status, Sequence[str]]] = {
    "vapi": {
        Status.BUSY: ["customer-busy"],
        Status.UNANSWERED: ["customer-did-not-answer"],
        Status.FAILED: ["call.in-progress.error-providerfault-outbound-sip-503-service-unavailable"],
    },
    "retell": {
        Status.BUSY: ["dial_busy", "dial_busy", "user_declined"],
        Status.UNANSWERED: ["dial_no_answer"],
        Status.FAILED: ["dial_failed", "invalid_destination"],
    },
}
VOICEMAIL_REASONS = {"vapi": "voicemail", "retell": "voicemail_reached"}
# When our side does not come on the line, and when it goes away in the middle.
NOT_JOINED_REASONS = {"vapi": "assistant-join-timed-out", "retell": "error_retell", "elevenlabs": "Unknown error"}
CUT_OFF_REASONS: dict[str, Sequence[str]] = {
    "vapi": [
        "pipeline-error-deepgram-transcriber-failed",
        "pipeline-error-cartesia-voice-failed",
        "call.in-progress.error-vapifault-openai-llm-failed",
    ],
    "retell": ["error_no_audio_received", "error_retell"],
    "elevenlabs": ["Language model error", "Speech recognition connection lost"],
}
BAD_DAY_REASON = "call.in-progress.error-vapifault-openai-llm-failed"
HUNG_UP_RINGING = {
    "vapi": "call.ringing.sip-inbound-caller-hungup-before-call-connect",
    "retell": "registered_call_timeout",
    "elevenlabs": "no-answer",
}


def call_id(source: str, rng: Random) -> str:
    if source == "vapi":
        return str(UUID(int=rng.getrandbits(128), version=4))
    if source == "retell":
        return f"call_{rng.getrandbits(108):027x}"
    return f"conv_{rng.randint(1000, 9999)}k" + "".join(rng.choices("abcdefghjkmnpqrstvwxyz0123456789", k=23))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used."""

    minutes: Decimal
    prompt_tokens: int
    completion_tokens: int
    characters: int

    @classmethod
    def of(cls, turns: Sequence[Turn], duration_ms: int) -> Usage:
        """Every answer of the language model reads all that was said before it."""
        heard, prompt, completion, characters = PROMPT_TOKENS, 0, 0, 0
        for turn in turns:
            tokens = len(turn.text) // 4 + 3
            if turn.speaker == Speaker.ASSISTANT:
                prompt, completion, characters = prompt + heard, completion + tokens, characters + len(turn.text)
            heard += tokens + len(turn.result or "") // 4
        return cls(Decimal(duration_ms) / 60_000, prompt, completion, characters)


def cost_items(source: str, usage: Usage, direction: Direction) -> tuple[CostPart, ...]:
    """In the platform's unit, with four decimals, so that the parts are exactly their sum."""
    charges = {"vapi": _vapi, "retell": _retell, "elevenlabs": _elevenlabs}[source](usage)
    return tuple(
        CostPart(component, Amount(value.quantize(FOUR_PLACES), UNITS[source]), label)
        for component, label, value in charges
        if not (component == Component.TELEPHONY and direction == Direction.WEB)
    )


def total(source: str, items: Sequence[CostPart]) -> Amount:
    return Amount(sum((item.amount.value for item in items), Decimal(0)), UNITS[source])


Charges = list[tuple[Component, str, Decimal]]


def _vapi(usage: Usage) -> Charges:
    return [
        (Component.TELEPHONY, "transport", usage.minutes * Decimal("0.0085")),
        (Component.STT, "transcriber", usage.minutes * Decimal("0.0102")),
        (Component.LLM, "model", _tokens(usage, "0.40", "1.60")),
        (Component.TTS, "voice", usage.characters * Decimal("0.000047")),
        (Component.PLATFORM, "vapi", usage.minutes * Decimal("0.05")),
        (Component.ANALYSIS, "analysis summary", Decimal("0.0006") + usage.completion_tokens * Decimal("0.000002")),
    ]


def _retell(usage: Usage) -> Charges:
    return [
        (Component.TTS, "elevenlabs_tts", usage.minutes * Decimal(7)),
        (Component.LLM, "gpt_4_1", usage.minutes * Decimal("4.5")),
        (Component.TELEPHONY, "us_telephony", usage.minutes * Decimal("1.5")),
    ]


def _elevenlabs(usage: Usage) -> Charges:
    return [
        (Component.PLATFORM, "call_charge", usage.minutes * Decimal("0.10")),
        (Component.LLM, "llm_charge", _tokens(usage, "0.15", "0.60")),
    ]


def _tokens(usage: Usage, prompt_usd: str, completion_usd: str) -> Decimal:
    """Prices are for a million tokens."""
    return (usage.prompt_tokens * Decimal(prompt_usd) + usage.completion_tokens * Decimal(completion_usd)) / 1_000_000


def metadata(source: str, summary: str, mood: str, is_successful: bool, language: str) -> Mapping[str, Json]:
    """What the platform says of a conversation beyond our fields."""
    if source == "vapi":
        return {
            "summary": summary,
            "successEvaluation": str(is_successful).lower(),
            "assistant": {
                "transcriber": {"provider": "deepgram", "model": "nova-3"},
                "model": {"provider": "openai", "model": "gpt-4.1-mini"},
                "voice": {"provider": "cartesia", "voiceId": "demo-voice"},
            },
        }
    if source == "retell":
        return {"call_summary": summary, "user_sentiment": mood, "call_successful": is_successful, "agent_version": 7}
    outcome = "success" if is_successful else "failure"
    return {"transcript_summary": summary, "call_successful": outcome, "main_language": language}
