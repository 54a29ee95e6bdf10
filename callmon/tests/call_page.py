"""What the browser tests of a call's page share: a call with a recording, and what its player does."""

import math
import wave

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import expect

from calls.choices import RecordingState
from calls.models import CostItem, Recording, ResponseTime
from calls.tests.factory import make_assistant, make_call

RATE = 8000

TURNS = [
    {"speaker": "assistant", "text": "Hello! How can I help you?", "start_seconds": 0.0, "end_seconds": 3.0},
    {"speaker": "caller", "text": "Where is my order?", "start_seconds": 4.0, "end_seconds": 6.0},
    {
        "speaker": "tool",
        "name": "order_status",
        "text": '{"order": "12345"}',
        "result": '{"place": "on a ship"}',
        "start_seconds": 6.5,
        "end_seconds": 7.5,
    },
    {"speaker": "assistant", "text": "Your order is on its way.", "start_seconds": 20.0, "end_seconds": 24.0},
    {"speaker": "caller", "text": "Thank you <b>so</b> much", "start_seconds": 25.0, "end_seconds": 27.0},
    {"speaker": "assistant", "text": "You are wel", "start_seconds": 27.5, "end_seconds": 28.5, "interrupted": True},
    {"speaker": "caller", "text": "And one more thing"},
]


def write_tone(file, seconds):
    """Eight bits a sample, one channel, 440 Hz."""
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(RATE)
        second = bytes(128 + round(90 * math.sin(number * 440 * math.tau / RATE)) for number in range(RATE))
        for _ in range(seconds):
            out.writeframes(second)


def add_recording(call, seconds, **fields):
    recording = Recording(
        call=call, state=RecordingState.READY, content_type="audio/wav", duration_ms=seconds * 1000, **fields
    )
    name = default_storage.save("tone.wav", ContentFile(b""))
    with default_storage.open(name, "wb") as file:
        write_tone(file, seconds)
    recording.file.name = name
    recording.save()


def peaks_of(turns, seconds):
    """Sound while somebody speaks, as Recording.peaks has it."""
    timed = [turn for turn in turns if turn["speaker"] != "tool" and "start_seconds" in turn]
    spoken = [(turn["start_seconds"], turn["end_seconds"]) for turn in timed]
    moments = [place * seconds / 1000 for place in range(1000)]
    return [[100 if any(start <= moment < end for start, end in spoken) else 0 for moment in moments]]


def make_heard_call(seconds=30, turns=TURNS, **fields):
    """A call with all that a page shows, and a recording of that length."""
    call = make_call(
        assistant=make_assistant(),
        transcript=turns,
        variables={"order_id": "12345", "items": ["book", "lamp"], "note": "long " * 120},
        metadata={"queue": "east"},
        **fields,
    )
    add_recording(call, seconds, peaks=peaks_of(turns, seconds))
    CostItem.objects.create(call=call, component="llm", label="gpt", amount="0.75", raw_amount="0.0075", raw_unit="USD")
    CostItem.objects.create(call=call, component="telephony", amount="0.40")
    for kind, at_ms, duration_ms in (("llm", 7500, 900), ("tts", 8400, 200), ("turn", 6000, 14_000), ("stt", None, 90)):
        ResponseTime.objects.create(call=call, kind=kind, at_ms=at_ms, duration_ms=duration_ms)
    return call


# Not Page.wait_for_function: it evaluates text in the page, which the security policy refuses.
LOADED = """() => new Promise((done) => {
    const audio = document.querySelector("audio");
    if (audio.readyState >= 1) done();
    else audio.addEventListener("loadedmetadata", () => done(), { once: true });
})"""


def open_call(page, call, more=""):
    """The page of the call, when its player knows the recording. Nothing is heard in tests."""
    page.goto(call.get_absolute_url() + more)
    page.evaluate(LOADED)
    page.evaluate("document.querySelector('audio').muted = true")


def now(page):
    """Where the recording is, in seconds."""
    return page.evaluate("document.querySelector('audio').currentTime")


def is_paused(page):
    return page.evaluate("document.querySelector('audio').paused")


def slider(page):
    return page.get_by_role("slider", name="Position in the recording")


def expect_turn(page, words):
    """The turn is the one that is marked as heard."""
    expect(page.locator(".turn[aria-current]")).to_contain_text(words)
