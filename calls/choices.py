"""The words of the domain and their labels."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a call stands. Live statuses come first, in the order a call passes through them."""

    INITIATED = "initiated", "Initiated"
    RINGING = "ringing", "Ringing"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    BUSY = "busy", "Busy"
    UNANSWERED = "unanswered", "Unanswered"
    FAILED = "failed", "Failed"
    VOICEMAIL = "voicemail", "Voicemail"


LIVE_STATUSES = (Status.INITIATED, Status.RINGING, Status.IN_PROGRESS)


class Direction(TextChoices):
    INBOUND = "inbound", "Inbound"
    OUTBOUND = "outbound", "Outbound"
    WEB = "web", "Web"


class EndedBy(TextChoices):
    CALLER = "caller", "Caller"
    ASSISTANT = "assistant", "Assistant"
    SYSTEM = "system", "System"
    TRANSFER = "transfer", "Transfer"


class Speaker(TextChoices):
    ASSISTANT = "assistant", "Assistant"
    CALLER = "caller", "Caller"
    TOOL = "tool", "Tool"
    SYSTEM = "system", "System"


class Component(TextChoices):
    """What a part of the cost was paid for."""

    LLM = "llm", "Language model"
    STT = "stt", "Speech to text"
    TTS = "tts", "Text to speech"
    TELEPHONY = "telephony", "Telephony"
    PLATFORM = "platform", "Platform"
    ANALYSIS = "analysis", "Analysis"
    OTHER = "other", "Other"


class ResponseKind(TextChoices):
    """What answered in a response time. `turn` is what the caller waited from end of speech to first sound."""

    LLM = "llm", "Language model"
    STT = "stt", "Speech to text"
    TTS = "tts", "Text to speech"
    TOOL = "tool", "Tool"
    TURN = "turn", "Turn"


class RecordingState(TextChoices):
    """`pending` is known but not fetched; a call without a Recording row has none."""

    PENDING = "pending", "Waiting to be fetched"
    FETCHING = "fetching", "Being fetched"
    READY = "ready", "Ready"
    EMPTY = "empty", "Empty"
    UNSUPPORTED = "unsupported", "Not playable"
    FAILED = "failed", "Could not be fetched"
    REMOVED = "removed", "Removed"
