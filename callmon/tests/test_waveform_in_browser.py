"""The picture of a recording in a real browser: drawn by wavesurfer.js, and a slider."""

import re

import pytest
from playwright.sync_api import expect

from callmon.tests.call_page import make_heard_call, now, open_call, slider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@pytest.fixture
def page(signed_in_page):
    open_call(signed_in_page, make_heard_call())
    return signed_in_page


# What is drawn

WAVESURFER = re.compile(r"/wavesurfer-[\w.]+\.js$")
# Of each lane: the colour that fills most of it, and how many rows of its pixels are not empty.
LANES = """() => {
    const { shadowRoot } = document.querySelector("[data-wave-lanes] > div");
    return [...shadowRoot.querySelectorAll(".canvases canvas")].map((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const counts = {};
        const rows = new Set();
        for (let at = 0; at < data.length; at += 4) {
            if (!data[at + 3]) continue;
            const colour = data.slice(at, at + 3).join();
            counts[colour] = (counts[colour] ?? 0) + 1;
            rows.add(Math.floor(at / 4 / canvas.width));
        }
        return [Object.keys(counts).reduce((one, other) => (counts[one] > counts[other] ? one : other)), rows.size];
    });
}"""


def lanes(page):
    expect(page.locator("[data-wave-lanes] .canvases canvas")).to_have_count(3)
    return page.evaluate(LANES)


def part_played(page):
    """From 0 to 1, as the picture shows it. Locators see through its shadow."""
    style = page.locator("[data-wave-lanes] .cursor").get_attribute("style")
    return float(re.search(r"left: ([\d.]+)%", style)[1]) / 100


def test_each_speaker_has_half_of_the_picture(page):
    assert [height for _, height in lanes(page)] == [36, 36, 1]  # nobody else is heard: a line in the middle


def test_each_speaker_has_a_colour_in_light_and_dark(page):
    light = {colour for colour, _ in lanes(page)}
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    dark = {colour for colour, _ in lanes(page)}
    assert len(light | dark) == 6


def test_the_picture_is_loaded_with_the_first_player(signed_in_page):
    page, loaded = signed_in_page, []
    page.on("request", lambda request: loaded.append(request.url))
    make_heard_call()
    page.goto("/calls/", wait_until="networkidle")
    assert not any(map(WAVESURFER.search, loaded))
    page.locator("tr.call .expand").click()
    expect(page.locator("[data-wave-lanes] .canvases canvas")).to_have_count(3)
    assert any(map(WAVESURFER.search, loaded))


# The slider


def test_a_click_on_the_picture_goes_there(page):
    box = page.locator("[data-wave]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 50)
    assert now(page) == pytest.approx(15, abs=0.1)
    expect(slider(page)).to_have_attribute("aria-valuetext", "15 seconds")


def test_dragging_goes_along(page):
    box = page.locator("[data-wave]").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.92, box["y"] + 200)
    expect(slider(page)).to_have_attribute("aria-valuenow", "27")
    page.mouse.move(box["x"] + box["width"] + 50, box["y"])
    page.mouse.up()
    page.mouse.move(box["x"] + 10, box["y"] + 50)
    expect(slider(page)).to_have_attribute("aria-valuenow", "30")


def test_the_slider_works_by_keyboard_and_says_its_time(signed_in_page):
    open_call(signed_in_page, make_heard_call(seconds=90))
    expect(slider(signed_in_page)).to_have_attribute("aria-valuemax", "90")
    slider(signed_in_page).focus()
    for key, seconds, words in (
        ("ArrowLeft", 0, "0 seconds"),
        ("ArrowRight", 5, "5 seconds"),
        ("ArrowUp", 10, "10 seconds"),
        ("ArrowLeft", 5, "5 seconds"),
        ("PageUp", 35, "35 seconds"),
        ("PageUp", 65, "1 minute 5 seconds"),
        ("End", 90, "1 minute 30 seconds"),
        ("PageDown", 60, "1 minute"),
        ("ArrowDown", 55, "55 seconds"),
        ("Home", 0, "0 seconds"),
    ):
        signed_in_page.keyboard.press(key)
        expect(slider(signed_in_page)).to_have_attribute("aria-valuetext", words)
        assert now(signed_in_page) == pytest.approx(seconds, abs=0.1)


def test_the_position_moves_while_it_plays(page):
    page.keyboard.press("Space")
    expect(slider(page)).to_have_attribute("aria-valuenow", "1")
    assert part_played(page) > 0.03
