"""Reading the transcript of a call in a real browser: along with the recording, and by words."""

import pytest
from playwright.sync_api import expect

from callmon.tests.call_page import TURNS, expect_turn, is_paused, make_heard_call, now, open_call
from calls.tests.factory import make_call
from calls.transcripts.formats import as_text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

MANY_TURNS = [
    {
        "speaker": "caller",
        "text": f"Sentence {number} of many",
        "start_seconds": number * 0.5,
        "end_seconds": number * 0.5 + 0.4,
    }
    for number in range(120)
]


@pytest.fixture
def page(signed_in_page):
    open_call(signed_in_page, make_heard_call())
    return signed_in_page


@pytest.fixture
def long_page(signed_in_page):
    open_call(signed_in_page, make_heard_call(seconds=60, turns=MANY_TURNS))
    return signed_in_page


def is_in_sight(page, selector):
    """Inside the box of the transcript."""
    return page.evaluate(
        """(selector) => {
            const box = document.querySelector(".turns-box").getBoundingClientRect();
            const element = document.querySelector(selector).getBoundingClientRect();
            return element.top >= box.top - 1 && element.bottom <= box.bottom + 1;
        }""",
        selector,
    )


def go_to(page, seconds):
    page.evaluate("(seconds) => (document.querySelector('audio').currentTime = seconds)", seconds)


# Along with the recording


def test_a_click_on_a_turn_plays_from_there(page):
    page.get_by_text("Your order is on its way.").click()
    expect_turn(page, "Your order is on its way.")
    assert now(page) >= 20
    assert not is_paused(page)


def test_enter_on_a_turn_plays_from_there(page):
    page.get_by_role("button", name="Play from 00:25").press("Enter")
    expect_turn(page, "Thank you")
    assert now(page) >= 25


def test_a_turn_without_a_time_does_not_seek(page):
    page.get_by_text("And one more thing").click()
    assert (now(page), is_paused(page)) == (0, True)


def test_opening_a_tool_does_not_seek(page):
    page.locator("summary", has_text="order_status").click()
    expect(page.get_by_text("on a ship")).to_be_visible()
    page.get_by_text("on a ship").click()
    assert (now(page), is_paused(page)) == (0, True)


def test_the_transcript_follows_and_the_page_stays(long_page):
    for seconds, words in ((30, "Sentence 60 "), (55, "Sentence 110 "), (1, "Sentence 2 ")):
        go_to(long_page, seconds)
        expect_turn(long_page, words)
        assert is_in_sight(long_page, ".turn[aria-current]")
    assert long_page.evaluate("scrollY") == 0


def test_it_does_not_scroll_while_the_reader_reads_elsewhere(long_page):
    go_to(long_page, 30)
    expect_turn(long_page, "Sentence 60 ")
    long_page.locator(".turns-box").hover()
    long_page.mouse.wheel(0, 900)
    follow = long_page.get_by_role("button", name="Follow the recording")
    expect(follow).to_be_visible()
    top = long_page.evaluate("document.querySelector('.turns-box').scrollTop")
    go_to(long_page, 2)
    expect_turn(long_page, "Sentence 4 ")
    assert long_page.evaluate("document.querySelector('.turns-box').scrollTop") == top
    follow.click()
    assert is_in_sight(long_page, ".turn[aria-current]")
    expect(follow).to_be_hidden()


def test_it_follows_again_when_the_reader_is_back_at_the_turn(long_page):
    go_to(long_page, 30)
    expect_turn(long_page, "Sentence 60 ")
    long_page.locator(".turns-box").hover()
    long_page.mouse.wheel(0, 900)
    expect(long_page.get_by_role("button", name="Follow the recording")).to_be_visible()
    long_page.mouse.wheel(0, -900)
    expect(long_page.get_by_role("button", name="Follow the recording")).to_be_hidden()
    go_to(long_page, 55)
    expect_turn(long_page, "Sentence 110 ")
    assert is_in_sight(long_page, ".turn[aria-current]")


def test_a_link_to_a_moment_opens_there(signed_in_page):
    open_call(signed_in_page, make_heard_call(), "#t=21")
    expect_turn(signed_in_page, "Your order is on its way.")
    assert now(signed_in_page) == pytest.approx(21, abs=0.1)
    assert is_paused(signed_in_page)


# Changes the moment of the address, and answers when the page has seen it.
GO_TO = """(moment) => new Promise((done) => {
    addEventListener("hashchange", () => done(), { once: true });
    location.hash = moment;
})"""


def test_a_moment_is_written_in_seconds_minutes_or_hours(page):
    for moment, seconds in (("#t=21", 21), ("#t=22.5", 22.5), ("#t=0:23", 23), ("#t=0:00:24", 24)):
        page.evaluate(GO_TO, moment)
        assert now(page) == pytest.approx(seconds, abs=0.1)


def test_what_is_no_moment_is_not_gone_to(page):
    go_to(page, 9)
    for moment in ("#t=", "#t=soon", "#t=1:2:3:4", "#t=-3"):
        page.evaluate(GO_TO, moment)
        assert now(page) == pytest.approx(9, abs=0.1)


def test_a_link_to_a_moment_works_without_a_recording(signed_in_page):
    signed_in_page.goto(make_call(transcript=TURNS).get_absolute_url() + "#t=21")
    expect_turn(signed_in_page, "Your order is on its way.")


# Marks


def test_slow_and_interrupted_answers_are_marked(page):
    expect(page.locator(".turn", has_text="slowest answer")).to_contain_text("Your order is on its way.")
    expect(page.locator(".turn", has_text="interrupted")).to_contain_text("You are wel")


def test_html_in_a_transcript_is_text(page):
    expect(page.get_by_text("Thank you <b>so</b> much")).to_be_visible()


# Words


def find(page, words):
    page.get_by_label("Find in the transcript").fill(words)


def count(page):
    return page.locator("[data-find-count]")


def coloured(page, name="found"):
    return page.evaluate("(name) => [...(CSS.highlights.get(name) ?? [])].map(String)", name)


def test_words_are_found_counted_and_gone_through(page):
    find(page, "ORDER")
    expect(count(page)).to_have_text("1 of 4")
    assert coloured(page) == ["order", "order", "order", "order"]
    page.get_by_role("button", name="Next match").click()
    expect(count(page)).to_have_text("2 of 4")
    page.get_by_role("button", name="Previous match").click()
    page.get_by_role("button", name="Previous match").click()
    expect(count(page)).to_have_text("4 of 4")


def test_enter_goes_on_and_escape_ends_the_search(page):
    find(page, "order")
    for key, text in (("Enter", "2 of 4"), ("Shift+Enter", "1 of 4")):
        page.keyboard.press(key)
        expect(count(page)).to_have_text(text)
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find in the transcript")).to_have_value("")
    expect(count(page)).to_have_text("")
    assert coloured(page) == []


@pytest.mark.parametrize(
    ("searches", "found"),
    [
        (["never said", "[", "interrupted", "Arguments"], "none"),  # the last two are words of the page
        (["order?", "<b>", "my   order", " way. "], "1 of 1"),
    ],
)
def test_what_one_types_is_no_pattern_and_found_in_what_was_said(page, searches, found):
    for words in searches:
        find(page, "")
        expect(count(page)).to_have_text("")
        find(page, words)
        expect(count(page)).to_have_text(found)


def test_a_match_in_a_tool_unfolds_it(page):
    find(page, "on a ship")
    expect(page.get_by_text("on a ship")).to_be_visible()


def test_a_match_far_down_is_brought_in_sight(long_page):
    find(long_page, "Sentence 99 ")
    expect(count(long_page)).to_have_text("1 of 1")
    assert is_in_sight(long_page, ".turn[data-start='49.500']")
    assert long_page.evaluate("scrollY") == 0


@pytest.mark.parametrize(
    ("query", "words"), [("order -late", "order"), ('-late "on its way"', "on its way"), ("-late", "")]
)
def test_what_the_list_was_searched_for_is_found_at_once(signed_in_page, query, words):
    page = signed_in_page
    make_heard_call()
    page.goto("/calls/")
    page.goto(page.locator("tr.call a.expand").get_attribute("href").partition("?")[0] + f"?list=q%3D{query}")
    expect(page.get_by_label("Find in the transcript")).to_have_value(words)
    assert bool(coloured(page)) == bool(words)


# Copies


def clipboard(page):
    return page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def copying_page(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def test_the_transcript_is_copied_as_it_is_downloaded(copying_page):
    copying_page.locator("[data-copy-from]").click()
    expect(copying_page.locator("[data-copy-from]")).to_have_text("Copied")
    assert clipboard(copying_page) == as_text(TURNS)


def test_a_link_is_copied_with_its_moment(copying_page):
    link = copying_page.url
    copying_page.locator("[data-copy-link]").click()
    expect(copying_page.locator("[data-copy-link]")).to_have_text("Copied")
    assert clipboard(copying_page) == link
    go_to(copying_page, 21.7)
    copying_page.locator("[data-copy-link]").click()
    expect(copying_page.locator("[data-copy-link]")).to_have_text("Copied at 0:21")
    assert clipboard(copying_page) == f"{link}#t=21"


def test_the_transcript_is_downloaded(page):
    page.locator(".downloads > summary").click()
    for words in ("Text", "JSON", "WebVTT subtitles", "SubRip subtitles"):
        with page.expect_download() as download:
            page.get_by_role("link", name=words).click()
        assert download.value.suggested_filename.startswith("2026-11-20-1200-")
