"""The shapes that the OpenAPI document tells of. They are not run: answers are written by api.rows, calls are read by
calls.ingest.providers.callmon, and tests hold that these agree with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from calls.choices import Component, Direction, EndedBy, RecordingState, ResponseKind, Speaker, Status

Outcome = Literal["created", "updated", "unchanged", "rejected"]


class FieldError(Schema):
    field: str = Field(description="The parameter, or the path in the call: transcript[2].speaker. Empty for none.")
    detail: str = Field(description="What is wrong, and what the field takes.")


class ProblemDetails(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class CostItem(Schema):
    component: Component
    amount: str = Field(description="Credits.")
    label: str | None = None


class Turn(Schema):
    speaker: Speaker
    text: str
    start_seconds: float | None = None
    end_seconds: float | None = None
    name: str | None = Field(None, description="Which tool.")
    result: str | None = None
    is_error: bool | None = None
    interrupted: bool | None = None


class ResponseTime(Schema):
    kind: ResponseKind
    name: str | None = None
    at_seconds: float | None = None
    duration_ms: int


class Note(Schema):
    text: str
    author: str | None
    written_at: datetime


class ListedCall(Schema):
    """A call with the columns of an export. Times have the offset of the reporting zone; null is not known."""

    id: UUID
    source: str
    external_id: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    direction: Direction | None
    phone_number: str | None = Field(description="The other side: who called us, or whom we called.")
    from_number: str | None
    to_number: str | None
    assistant: str | None
    campaign: str | None
    status: Status
    ended_reason: str | None = Field(description="The platform's own word.")
    ended_by: EndedBy | None
    duration_seconds: float | None = Field(description="Talk time, answered to ended.")
    cost: str | None = Field(description="Credits, as text so that no digit is lost.")
    recording: RecordingState | None
    tags: str | None
    assistant_id: int | None = Field(description="What the filter assistant takes.")
    campaign_id: int | None = Field(description="What the filter campaign takes.")
    url: str = Field(description="The page of the call.")


class FullCall(ListedCall):
    """A call with all that is known of it."""

    variables: dict[str, Any]
    cost_items: list[CostItem]
    response_times: list[ResponseTime]
    transcript: list[Turn]
    metadata: dict[str, Any]
    raw_status: str | None = Field(description="The platform's own word.")
    notes: list[Note]


class CallPage(Schema):
    calls: list[ListedCall]
    total: int | None = Field(description="How many calls are selected; null for more than 10,000.")
    next: str | None = Field(description="The address of the page after this one; null on the last.")
    previous: str | None


class SentResult(Schema):
    index: int = Field(description="The place in the list that was sent, from 0.")
    outcome: Outcome
    id: UUID | None = None
    source: str | None = None
    external_id: str | None = None
    errors: list[FieldError] = []


class SentResults(Schema):
    results: list[SentResult]


class NativeNamed(Schema):
    id: str | None = None
    name: str | None = None


class NativeRecording(Schema):
    url: str
    channels: int | None = Field(None, ge=1, le=32)


class NativeCall(Schema):
    """The native format. What is absent is not known, and never erases what is."""

    id: str = Field(max_length=200, description="With source it names the call; a second one updates it.")
    status: Status
    started_at: str | float = Field(description="RFC 3339 with an offset, or epoch seconds. So are the other times.")
    source: str | None = Field(None, max_length=40)
    assistant: NativeNamed | str | None = None
    campaign: NativeNamed | str | None = None
    direction: Direction | None = None
    from_number: str | None = None
    to_number: str | None = None
    ended_reason: str | None = None
    ended_by: EndedBy | None = None
    answered_at: str | float | None = None
    ended_at: str | float | None = None
    duration_seconds: float | None = Field(None, ge=0)
    cost: str | None = Field(None, description="Credits, a decimal in text.")
    cost_items: list[CostItem] = []
    transcript: list[Turn] = []
    variables: dict[str, Any] = {}
    response_times: list[ResponseTime] = []
    recording: NativeRecording | None = None
    metadata: dict[str, Any] = {}
