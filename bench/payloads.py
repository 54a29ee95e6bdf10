"""Made-up payloads to send and to import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

SECRET = "a-secret-of-the-bench"  # noqa: S105 - it opens nothing
PHRASES = (
    "Good morning, how can I help you today?",
    "I need to check on my order, it was due last Tuesday",
    "Let me look that up for you, one moment please",
    "It left the warehouse yesterday and should arrive tomorrow before noon",
    "Could you send me a message when it is on its way?",
    "Of course, is this still the right number?",
    "Yes, that is right, thank you very much",
)
REPORT_BYTES = 12_000
EPOCH_MS = 1_790_000_000_000


def report(call_id: str) -> bytes:
    """An end-of-call report of Vapi of REPORT_BYTES with a conversation, costs and what was captured."""
    started, random = EPOCH_MS, Random(1)  # noqa: S311
    messages = [
        {
            "role": "bot" if number % 2 else "user",
            "message": random.choice(PHRASES),
            "time": started + number * 4000,
            "endTime": started + number * 4000 + 2500,
            "secondsFromStart": number * 4,
        }
        for number in range(40)
    ]
    message: dict[str, Any] = {
        "type": "end-of-call-report",
        "timestamp": started + 170_000,
        "endedReason": "customer-ended-call",
        "startedAt": datetime.fromtimestamp(started / 1000, UTC).isoformat(),
        "endedAt": datetime.fromtimestamp(started / 1000 + 160, UTC).isoformat(),
        "cost": 0.0549,
        "costs": [{"type": kind, "cost": 0.01} for kind in ("transport", "transcriber", "model", "voice", "vapi")],
        "analysis": {"summary": "The caller asked for an order.", "structuredData": {"order_id": "1", "done": True}},
        "artifact": {"messages": messages},
        "call": {"id": call_id, "type": "inboundPhoneCall", "assistantId": "assistant-1"},
        "customer": {"number": "+12025550123"},
        "phoneNumber": {"number": "+12025550100"},
        "assistant": {"id": "assistant-1", "name": "Support line"},
    }
    message["assistant"]["prompt"] = "x" * (REPORT_BYTES - len(json.dumps({"message": message})) - 16)
    return json.dumps({"message": message}).encode()


def native_calls(count: int, random: Random) -> Iterator[dict[str, Any]]:
    """Calls of about two minutes with eight turns, as import_calls reads them."""
    for number in range(count):
        start = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(seconds=7 * number)
        seconds = random.randint(20, 240)
        yield {
            "id": f"c-{number}",
            "source": "my-dialler",
            "assistant": {"id": f"a-{number % 20}", "name": f"Line {number % 20}"},
            "direction": random.choice(("inbound", "outbound")),
            "from_number": f"+1202555{random.randint(0, 9999):04d}",
            "to_number": f"+1415555{random.randint(0, 9999):04d}",
            "status": random.choice(("completed", "completed", "voicemail", "failed")),
            "ended_by": "caller",
            "started_at": start.isoformat(),
            "answered_at": (start + timedelta(seconds=4)).isoformat(),
            "ended_at": (start + timedelta(seconds=4 + seconds)).isoformat(),
            "duration_seconds": seconds,
            "cost": f"{seconds / 40:.4f}",
            "transcript": [
                {
                    "speaker": ("assistant", "caller")[turn % 2],
                    "start_seconds": 4 * turn,
                    "text": random.choice(PHRASES),
                }
                for turn in range(8)
            ],
            "variables": {"order_id": str(number), "satisfied": bool(number % 2)},
        }
