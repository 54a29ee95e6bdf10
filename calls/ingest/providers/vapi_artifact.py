"""What a Vapi call left behind: transcript, captured variables, response times, recording."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise

from calls.choices import ResponseKind, Speaker
from calls.ingest.normalised import Json, Latency, RecordingReference, Turn
from calls.ingest.reading import Fields, captured
from calls.ingest.turns import Conversation, latency, tool_latencies, turns_of_lines
from calls.ingest.values import clean, plain_text

SPEAKERS = {"bot": Speaker.ASSISTANT, "assistant": Speaker.ASSISTANT, "user": Speaker.CALLER}
LINES = {"ai": Speaker.ASSISTANT, "assistant": Speaker.ASSISTANT, "bot": Speaker.ASSISTANT, "user": Speaker.CALLER}
LATENCIES = {
    "modelLatency": ResponseKind.LLM,
    "voiceLatency": ResponseKind.TTS,
    "transcriberLatency": ResponseKind.STT,
    "turnLatency": ResponseKind.TURN,
}
EPOCH_TIME = "epoch milliseconds"
STEREO = ("presignedStereoUrl", "stereoRecordingUrl", "recording.stereoUrl")
MONO = ("presignedMonoUrl", "recordingUrl", "recording.mono.combinedUrl")


def transcript(message: Fields) -> tuple[Turn, ...]:
    """The best form that was sent: messages with times, else OpenAI's form, else lines of text."""
    places = (message.fields("artifact"), message)
    return (
        next(filter(None, (_messages(list(place.items("messages"))) for place in places)), ())
        or next(filter(None, (_openai_messages(place) for place in places)), ())
        or next(filter(None, (turns_of_lines(place.text("transcript") or "", LINES) for place in places)), ())
    )


def _messages(messages: list[Fields]) -> tuple[Turn, ...]:
    """System messages are prompts, and left out."""
    base, conversation = _base(messages), Conversation()
    for said in messages:
        start, end = _offset(said, "time", base), _offset(said, "endTime", base)
        start = said.offset("secondsFromStart") if start is None else start
        role = said.text("role") or ""
        if role in ("tool_calls", "tool_call"):
            for call in said.items("toolCalls"):
                _call_tool(conversation, call, start)
        elif role in ("tool_call_result", "tool"):
            _tool_answered(conversation, said, "toolCallId", "result", start)
        elif role != "system":
            conversation.add(_turn(role, said.text("message"), start, end))
    return conversation.turns()


def _turn(role: str, text: str | None, start: float | None = None, end: float | None = None) -> Turn:
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    end = None if end is None or end < (start or 0) else end
    return Turn(speaker, text or "", start, end, name=role or None if speaker == Speaker.SYSTEM else None)


def _call_tool(conversation: Conversation, call: Fields, start: float | None = None) -> None:
    function = call.fields("function")
    arguments = function.json_text("arguments") or ""
    conversation.call_tool(call.text("id"), Turn(Speaker.TOOL, arguments, start, name=function.text("name")))


def _tool_answered(
    conversation: Conversation, said: Fields, call_id: str, result: str, end: float | None = None
) -> None:
    answer = Turn(Speaker.TOOL, "", None, end, name=said.text("name"), result=said.json_text(result))
    conversation.tool_answered(said.text(call_id), answer)


def _base(messages: list[Fields]) -> datetime | None:
    """The start of the audio. secondsFromStart is right in the first message; after a hand-over it begins anew."""
    for said in messages:
        time = said.moment("time", EPOCH_TIME)
        if time is not None:
            return time - timedelta(seconds=said.offset("secondsFromStart") or 0)
    return None


def _offset(said: Fields, name: str, base: datetime | None) -> float | None:
    time = said.moment(name, EPOCH_TIME)
    if base is None or time is None:
        return None
    return max(0.0, round((time - base).total_seconds(), 3))


def _openai_messages(place: Fields) -> tuple[Turn, ...]:
    conversation = Conversation()
    for said in place.items("messagesOpenAIFormatted"):
        role = said.text("role") or ""
        if role == "tool":
            _tool_answered(conversation, said, "tool_call_id", "content")
        elif role != "system":
            conversation.add(_turn(role, said.json_text("content")))
            for call in said.items("tool_calls"):
                _call_tool(conversation, call)
    return conversation.turns()


def variables(message: Fields) -> dict[str, Json]:
    """What was captured; variableValues went in, and are metadata."""
    found: dict[str, Json] = {}
    for value in message.fields("analysis").values("structuredDataMulti"):
        found.update(_named_values("structuredDataMulti", value))
    outputs = message.fields("artifact").fields("structuredOutputs")
    for key in outputs.data:
        output = outputs.fields(key)
        found[output.text("name") or plain_text(key)] = output.json("result")
    found.update(_named_values("structuredData", message.fields("analysis").get("structuredData")))
    return captured(found)


def _named_values(name: str, value: Json) -> dict[str, Json]:
    """The values of an object by name; a schema may also give a list or a single value."""
    value = clean(value, name)
    return value if isinstance(value, dict) else {name: value}


def response_times(message: Fields, turns: tuple[Turn, ...]) -> tuple[Latency, ...]:
    metrics = message.fields("artifact").fields("performanceMetrics")
    metrics = metrics if metrics.data else message.fields("performanceMetrics")
    latencies = list(metrics.items("turnLatencies"))
    found: list[Latency] = []
    for turn, at_seconds in zip(latencies, _answer_times(turns, len(latencies)), strict=True):
        for name, kind in LATENCIES.items():
            found.extend(latency(kind, turn.number(name, "milliseconds"), at_seconds))
    return (*found, *tool_latencies(turns))


def _answer_times(turns: tuple[Turn, ...], count: int) -> list[float | None]:
    """When the measured answers began: those to a caller, or all of the assistant's, whichever are `count`."""
    spoken = [turn for turn in turns if turn.speaker in (Speaker.ASSISTANT, Speaker.CALLER)]
    answers = [turn for before, turn in pairwise(spoken) if before.speaker == Speaker.CALLER != turn.speaker]
    for candidates in (answers, [turn for turn in spoken if turn.speaker == Speaker.ASSISTANT]):
        if len(candidates) == count:
            return [turn.start_seconds for turn in candidates]
    return [None] * count


def recording(message: Fields) -> RecordingReference | None:
    """Signed addresses first: the plain ones of private storage answer 403."""
    for channels, paths in ((2, STEREO), (1, MONO)):
        for place in (message.fields("artifact"), message):
            for path in paths:
                *parents, name = path.split(".")
                url = reduce(Fields.fields, parents, place).url(name)
                if url:
                    return RecordingReference(url, channels)
    return None
