"""Playing the recording of a call in a real browser."""

import time

import pytest
from playwright.sync_api import expect

from callmon.testing.axe import barriers
from callmon.tests.call_page import LOADED, expect_turn, is_paused, make_heard_call, now, open_call, slider
from calls.models import Recording
from calls.tests.factory import make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@pytest.fixture
def page(signed_in_page):
    open_call(signed_in_page, make_heard_call())
    return signed_in_page


# Keys of the page


def test_space_plays_and_pauses(page):
    page.keyboard.press("Space")
    assert not is_paused(page)
    page.keyboard.press("Space")
    assert is_paused(page)
    assert page.evaluate("scrollY") == 0


def test_arrows_and_letters_go_back_and_forth(page):
    steps = [("j", 0), ("ArrowRight", 5), ("l", 15), ("l", 25), ("j", 15), ("ArrowLeft", 10), ("j", 0), ("j", 0)]
    for key, seconds in steps:
        page.keyboard.press(key)
        assert now(page) == pytest.approx(seconds, abs=0.1)


def test_keys_of_the_player_work_beside_those_of_the_list(page):
    make_heard_call(from_number="+12025550199")
    page.reload()
    page.evaluate(LOADED)
    expect(page.get_by_role("link", name="Previous call")).to_be_visible()
    for key in ("l", "l", "j"):
        page.keyboard.press(key)
    assert now(page) == pytest.approx(10, abs=0.1)


def test_keys_can_be_switched_off(page):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    page.keyboard.press("l")
    dialog.get_by_label("Use keys on the pages of calls").uncheck()
    dialog.get_by_role("button", name="Close").click()
    for key in ("l", "ArrowRight", "Space"):
        page.keyboard.press(key)
    assert (now(page), is_paused(page)) == (0, True)


def test_keys_with_others_are_not_ours(page):
    page.evaluate("addEventListener('keydown', (event) => event.preventDefault())")  # the browser's own answer
    page.keyboard.press("l")
    for key in ("Control+l", "Alt+j", "Shift+ArrowRight", "Meta+l", "Control+ArrowRight"):
        page.keyboard.press(key)
        assert now(page) == pytest.approx(10, abs=0.1)


def test_keys_in_a_field_write(page):
    page.get_by_label("Find in the transcript").click()
    page.keyboard.type("jl l")
    page.keyboard.press("ArrowRight")
    page.get_by_label("Speed").focus()
    page.keyboard.press("ArrowRight")
    assert (now(page), is_paused(page)) == (0, True)
    expect(page.get_by_label("Find in the transcript")).to_have_value("jl l")


def test_capital_letters_of_caps_lock_count_too(page):
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'L', bubbles: true }))")
    assert now(page) == pytest.approx(10, abs=0.1)


def test_space_on_a_button_presses_it(page):
    page.get_by_role("button", name="Skip silence").press("Space")
    assert is_paused(page)
    expect(page.get_by_role("button", name="Skip silence")).to_have_attribute("aria-pressed", "true")


def test_an_unfolded_call_leaves_the_keys_to_the_list(signed_in_page):
    page = signed_in_page
    make_heard_call()
    page.goto("/calls/")
    page.locator("tr.call .expand").click()
    expect(slider(page)).to_be_visible()
    page.keyboard.press("l")
    page.keyboard.press("Escape")
    assert now(page) == 0


# Speed and silence

# Until the recording is past that second, and no further, however slow the machine is; how many seconds that took.
PLAYED_UNTIL = """(seconds) => new Promise((done) => {
    const audio = document.querySelector("audio");
    const began = performance.now();
    const look = () => {
        if (audio.currentTime <= seconds) return requestAnimationFrame(look);
        audio.pause();
        done((performance.now() - began) / 1000);
    };
    look();
})"""


def test_the_speed_is_kept_for_the_next_call(page):
    page.get_by_label("Speed").select_option("1.5")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5
    open_call(page, make_heard_call())
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5


def test_speeds_go_from_three_quarters_to_double(page):
    options = page.get_by_label("Speed").locator("option").all_inner_texts()
    assert options == ["0.75×", "1×", "1.25×", "1.5×", "1.75×", "2×"]


def test_silence_is_jumped_over_when_one_wants_it(page):
    page.get_by_role("button", name="Skip silence").click()
    page.get_by_role("button", name="Play from 00:06").click()
    assert page.evaluate(PLAYED_UNTIL, 20) < 8  # of the 14 that it would take
    assert now(page) < 22
    expect_turn(page, "on its way")


def test_silence_is_heard_otherwise(page):
    page.get_by_role("button", name="Play from 00:06").click()
    page.evaluate(PLAYED_UNTIL, 7)
    assert now(page) < 9


# States

SAID_OF = {
    None: "No recording of this call is known.",
    "pending": "it has not been fetched from the platform yet",
    "fetching": "The recording is being fetched",
    "empty": "The recording is empty",
    "unsupported": "in a format that browsers do not play: it is G.729.",
    "failed": "could not be fetched from the platform: the address answered 404.",
    "removed": "The recording was removed.",
}
REASONS = {"unsupported": "it is G.729", "failed": "the address answered 404"}


def test_each_state_of_a_recording_says_what_it_is(signed_in_page):
    page = signed_in_page
    for state in SAID_OF:
        call = make_call()
        if state:
            Recording.objects.create(call=call, state=state, reason=REASONS.get(state, ""))
    make_call(status="in_progress")
    make_heard_call()
    page.goto("/calls/")
    page.evaluate("document.querySelectorAll('tr.call .expand').forEach((link) => link.click())")
    expect(page.locator(".call-detail")).to_have_count(len(SAID_OF) + 2)
    for words in (*SAID_OF.values(), "The call is not over; a recording may follow."):
        expect(page.locator(".recording", has_text=words)).to_have_count(1)
    expect(page.locator("audio")).to_have_count(1)
    assert barriers(page, widths=(360,)) == []


# Long recordings, and everybody


def test_a_seek_in_an_hour_plays_at_once_without_loading_the_file(signed_in_page):
    page, loaded = signed_in_page, []
    call = make_heard_call(seconds=3600)

    def weigh(request):
        if "/recording/" in request.url:
            loaded.append(request)

    page.on("request", weigh)
    open_call(page, call)
    took_ms = page.evaluate(SEEK, 2700)
    assert took_ms < 300
    assert 2700 <= now(page) < 2705
    time.sleep(0.5)
    buffered = page.evaluate(BUFFERED)
    assert buffered < 900
    assert any(request.headers.get("range", "bytes=0-") != "bytes=0-" for request in loaded)


# From the click to sound that goes on: the position has moved.
SEEK = """(seconds) => new Promise((done) => {
    const audio = document.querySelector("audio");
    const began = performance.now();
    const look = () => {
        if (audio.currentTime > seconds && !audio.seeking) done(performance.now() - began);
        else requestAnimationFrame(look);
    };
    audio.currentTime = seconds;
    audio.play();
    look();
})"""
# How many seconds of the recording the browser holds.
BUFFERED = """() => {
    const { buffered } = document.querySelector("audio");
    let seconds = 0;
    for (let place = 0; place < buffered.length; place += 1) seconds += buffered.end(place) - buffered.start(place);
    return seconds;
}"""


def test_the_page_is_for_everybody(signed_in_page):
    page = signed_in_page
    open_call(page, make_heard_call(), "?list=q%3Dorder#t=5")
    expect_turn(page, "Where is my order?")
    page.get_by_role("button", name="Skip silence").click()
    page.evaluate("for (const fold of document.querySelectorAll('.call-detail details')) fold.open = true")
    assert barriers(page) == []


def test_without_javascript_the_browsers_own_player_is_there(new_page, admin_user):
    page = new_page(user=admin_user, java_script_enabled=False)
    page.goto(make_heard_call().get_absolute_url())
    expect(page.locator("audio[controls]")).to_be_visible()
    expect(page.locator(".wave")).to_be_hidden()
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_label("Speed")).to_be_hidden()
