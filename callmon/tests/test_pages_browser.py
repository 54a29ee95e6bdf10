"""The frame and the page of a call in a real browser."""

import math
import struct
import wave
from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from calls.choices import RecordingState, Status
from calls.models import Recording
from calls.tests.factory import make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

TURNS = [
    {"speaker": "assistant", "text": "Hello!", "start_seconds": 0.0},
    {"speaker": "caller", "text": "My order", "start_seconds": 4.0},
    {"speaker": "assistant", "text": "It is on its way", "start_seconds": 8.0},
]


def tone(seconds):
    """A sine wave as a WAV file."""
    file, rate = BytesIO(), 8000
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        samples = (int(8000 * math.sin(number / 5)) for number in range(rate * seconds))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return ContentFile(file.getvalue())


@pytest.fixture
def call():
    call = make_call(transcript=TURNS)
    recording = Recording(call=call, state=RecordingState.READY, content_type="audio/wav")
    recording.file.save("tone.wav", tone(12))
    return call


def wait_for_turn(page, text):
    """Until the turn is marked as the one that is heard."""
    page.locator(".turn[aria-current]", has_text=text).wait_for()


# Not Page.wait_for_function: it evaluates text in the page, which the security policy refuses.
LOADED = """() => new Promise((done) => {
    const audio = document.querySelector("audio");
    if (audio.readyState >= 1) done();
    else audio.addEventListener("loadedmetadata", done, { once: true });
})"""


def test_the_time_of_a_turn_plays_from_there_and_marks_it(signed_in_page, call):
    page = signed_in_page
    page.goto(call.get_absolute_url())
    page.get_by_role("button", name="Play from 00:08").press("Enter")
    wait_for_turn(page, "It is on its way")
    assert page.evaluate("document.querySelector('audio').currentTime") >= 8


def test_seeking_in_the_player_marks_the_turn_there(signed_in_page, call):
    page = signed_in_page
    page.goto(call.get_absolute_url())
    page.evaluate(LOADED)
    page.evaluate("document.querySelector('audio').currentTime = 5")
    wait_for_turn(page, "My order")


def test_an_unfolded_call_plays_as_its_page_does(signed_in_page, call):
    page = signed_in_page
    page.goto("/calls/")
    page.locator("tr.call .expand").click()
    page.get_by_role("button", name="Play from 00:04").click()
    wait_for_turn(page, "My order")


def theme(page):
    return page.evaluate("document.documentElement.dataset.bsTheme")


def test_the_theme_follows_the_system_until_one_chooses(new_page, admin_user):
    page = new_page(user=admin_user, color_scheme="dark")
    page.goto("/calls/")
    assert theme(page) == "dark"
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Light").click()
    assert theme(page) == "light"
    page.reload()
    assert theme(page) == "light"


def test_the_menu_closes_with_escape_and_elsewhere(signed_in_page):
    page = signed_in_page
    page.goto("/calls/")
    summary, sign_out = page.locator(".menu summary"), page.get_by_role("button", name="Sign out")
    summary.click()
    assert sign_out.is_visible()
    page.keyboard.press("Escape")
    assert not sign_out.is_visible()
    summary.click()
    page.get_by_role("heading", name="Calls").first.click()
    assert not sign_out.is_visible()


def test_without_javascript_the_call_is_read_and_heard(new_page, admin_user, call):
    page = new_page(user=admin_user, java_script_enabled=False)
    page.goto(f"{call.get_absolute_url()}?list=status%3Dcompleted")
    assert page.locator("audio[controls]").count() == 1
    assert page.get_by_text("It is on its way").is_visible()
    page.get_by_role("link", name="Back to the calls").click()
    assert page.url.endswith(f"/calls/?status=completed#call-{call.pk}")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("heading", name="Sign in").is_visible()


CONTRAST = """(status) => {
    const badge = document.createElement("span");
    badge.className = `status status-${status}`;
    document.querySelector("main").append(badge);
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const luminance = (color) => {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const parts = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
        const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(badge);
    const [dark, light] = [luminance(style.color), luminance(style.backgroundColor)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_of_all_statuses_are_easy_to_read(new_page, theme):
    page = new_page(color_scheme=theme)
    page.goto("/accounts/login/")
    contrasts = {status: page.evaluate(CONTRAST, status) for status in Status.values}
    assert {status: contrast for status, contrast in contrasts.items() if contrast < 4.5} == {}
    assert len(set(contrasts.values())) > 1
