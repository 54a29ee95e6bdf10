"""What is around a call in a real browser: its neighbours, keys, notes, tags and the star."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from callmon.testing.axe import barriers, violations
from calls.models import Note, Star
from calls.tests.factory import NOON, make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def calls(transactional_db):
    """Newest first; the second is not in the list of completed calls."""
    statuses = ["completed", "busy", "completed", "completed"]
    return [
        make_call(status=status, from_number=f"+1202555010{n}", started_at=NOON - timedelta(hours=n))
        for n, status in enumerate(statuses)
    ]


def expect_call(page, number):
    expect(page.get_by_role("heading", level=1)).to_have_text(f"+1 202-555-010{number}")
    page.wait_for_load_state("domcontentloaded")  # from then on the page hears keys


def open_first(page):
    page.goto("/calls/?status=completed")
    page.locator("tr.call .phone a:not(.expand)").first.click()
    expect_call(page, 0)


def test_keys_and_links_go_through_the_filtered_list(signed_in_page, calls):
    page = signed_in_page
    open_first(page)
    page.keyboard.press("n")
    expect_call(page, 2)
    page.keyboard.press("n")
    expect_call(page, 3)
    page.keyboard.press("n")
    page.keyboard.press("p")
    expect_call(page, 2)
    page.get_by_role("link", name="Previous call").click()
    expect_call(page, 0)
    page.get_by_role("link", name="Back to the calls").click()
    assert "/calls/?status=completed" in page.url


def test_the_whole_log_is_a_list_too(signed_in_page, calls):
    page = signed_in_page
    page.goto("/calls/")
    page.locator("tr.call .phone a:not(.expand)").first.click()
    expect_call(page, 0)
    page.keyboard.press("n")
    expect_call(page, 1)


# Links that keys press are counted, not followed.
COUNT_CLICKS = """() => addEventListener("click", (event) => {
    event.preventDefault();
    document.title += "*";
})"""


def test_keys_with_modifiers_are_left_alone(signed_in_page, calls):
    page = signed_in_page
    open_first(page)
    page.evaluate(COUNT_CLICKS)
    title = page.title()
    for key in ("Control+n", "Alt+n", "Meta+n", "Shift+N"):
        page.keyboard.press(key)
    assert page.title() == title
    page.keyboard.press("n")
    assert page.title() == f"{title}*"


def test_keys_are_letters_where_one_writes(signed_in_page, calls):
    page = signed_in_page
    open_first(page)
    note = page.get_by_placeholder("Write a note for your team")
    note.press_sequentially("np?")
    expect(note).to_have_value("np?")
    expect_call(page, 0)
    assert not page.get_by_role("dialog").is_visible()


def test_the_help_lists_the_keys_and_switches_them_off(signed_in_page, calls):
    page = signed_in_page
    open_first(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("Next call of the list")
    assert violations(page) == []
    page.keyboard.press("n")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use keys on the pages of calls").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.keyboard.press("n")
    page.reload()
    page.evaluate(COUNT_CLICKS)
    page.keyboard.press("n")
    assert "*" not in page.title()
    page.get_by_role("button", name="Keyboard").click()
    expect(dialog).to_be_visible()


def annotate(page):
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page.get_by_role("button", name="Starred")).to_be_visible()
    page.get_by_placeholder("Add a tag").fill("Refund")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="Refund")).to_be_visible()
    page.get_by_placeholder("Write a note for your team").fill("<b>Call back</b>")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("<b>Call back</b>", exact=True)).to_be_visible()


def remove(page):
    page.get_by_role("button", name="Starred").click()
    page.get_by_role("button", name="Remove the tag Refund").click()
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete this note").click()
    expect(page.get_by_text("Call back")).to_have_count(0)
    assert (Note.objects.count(), Star.objects.count()) == (0, 0)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_star_tags_and_notes_on_the_page(new_page, admin_user, calls, has_scripts):
    page = new_page(user=admin_user, java_script_enabled=has_scripts)
    open_first(page)
    annotate(page)
    expect(page.get_by_role("link", name="Next call")).to_be_visible()
    assert page.url.split("#")[0].endswith("?list=status%3Dcompleted")
    remove(page)


def test_a_star_tags_and_notes_in_the_log(signed_in_page, calls):
    page = signed_in_page
    page.goto("/calls/?status=completed")
    page.locator("tr.call .expand").first.click()
    annotate(page)
    remove(page)
    assert page.url.endswith("/calls/?status=completed")
    expect(page.locator("tr.call")).to_have_count(3)


def test_a_tag_leads_to_the_calls_that_have_it(signed_in_page, calls):
    page = signed_in_page
    page.goto(calls[1].get_absolute_url())
    annotate(page)
    page.get_by_role("link", name="Refund").click()
    expect(page.locator("tr.call")).to_have_count(1)
    expect(page.get_by_label("Active filters")).to_contain_text("tagged Refund")
    page.goto("/calls/?starred=true")
    expect(page.locator("tr.call")).to_have_count(1)
    assert violations(page) == []


def test_the_page_with_all_of_them_is_for_everybody(signed_in_page, calls):
    page = signed_in_page
    open_first(page)
    annotate(page)
    for word in ("AN UNCOMMONLY WIDE TAG OF NEARLY FIFTY CHARACTERS", "VIP", "wrong number", "check again"):
        page.get_by_placeholder("Add a tag").fill(word)
        page.get_by_placeholder("Add a tag").press("Enter")
        expect(page.get_by_role("link", name=word)).to_be_visible()
    assert barriers(page) == []
