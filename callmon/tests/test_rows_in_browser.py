"""The rows of the log in a real browser: unfolding a call in place, calls that are live."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.models import Call
from calls.tests.factory import make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def calls(transactional_db):
    """Three calls, newest first; the callers say one, two and three."""
    said = [("+12025550101", "I am one"), ("+12025550102", "I am two"), ("+12025550103", "I am three")]
    return [
        make_call(from_number=number, transcript=words, started_at=timezone.now() - timedelta(hours=hours))
        for hours, (number, words) in enumerate(said, start=1)
    ]


@pytest.fixture
def log(signed_in_page, calls):
    signed_in_page.goto("/calls/")
    return signed_in_page


def row(page, number):
    return page.locator("tr.call", has_text=number)


def expander(page, number):
    return page.get_by_role("button", name=f"Show the call with {number} here")


def poll(page):
    """Ask for news now, not in 10 seconds, and wait for the answer."""
    with page.expect_response("**/calls/updates/**") as answer:
        page.evaluate("htmx.trigger('#updates', 'refresh')")
    answer.value.finished()


# Unfolding


def test_a_click_on_a_row_unfolds_its_call_and_another_folds_it(log):
    row(log, "0102").locator(".assistant").click()
    expect(log.get_by_text("I am two")).to_be_visible()
    expect(expander(log, "+12025550102")).to_have_attribute("aria-expanded", "true")
    expect(log).to_have_url(re.compile("/calls/$"))
    row(log, "0102").locator(".assistant").click()
    expect(log.get_by_text("I am two")).to_have_count(0)
    expect(expander(log, "+12025550102")).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_call_unfolds_and_folds_by_keyboard(log, key):
    expect(expander(log, "+12025550101")).to_have_attribute("aria-expanded", "false")
    log.get_by_role("region", name="Calls").focus()
    heads = log.locator("thead a").count()
    for _ in range(heads + 1):
        log.keyboard.press("Tab")
    expect(expander(log, "+12025550101")).to_be_focused()
    log.keyboard.press(key)
    expect(log.get_by_text("I am one")).to_be_visible()
    expect(expander(log, "+12025550101")).to_have_attribute("aria-expanded", "true")
    expect(expander(log, "+12025550101")).to_be_focused()
    log.keyboard.press(key)
    expect(log.get_by_text("I am one")).to_have_count(0)


def test_calls_unfold_beside_each_other_however_fast_one_opens_them(log):
    log.evaluate("document.querySelectorAll('tr.call .expand').forEach((link) => link.click())")
    for words in ("I am one", "I am two", "I am three"):
        expect(log.get_by_text(words)).to_be_visible()
    expander(log, "+12025550102").click()
    expect(log.get_by_text("I am two")).to_have_count(0)
    expect(log.get_by_text("I am three")).to_be_visible()


def test_a_call_unfolds_in_a_list_that_came_anew(log):
    log.get_by_role("link", name="Status").click()
    expect(log).to_have_url(re.compile("sort=status"))
    expander(log, "+12025550103").click()
    expect(log.get_by_text("I am three")).to_be_visible()


def test_the_number_opens_the_page_of_the_call(log):
    log.get_by_role("link", name="+12025550102", exact=True).click()
    expect(log).to_have_url(re.compile(r"/calls/[0-9a-f-]{36}/$"))
    expect(log.get_by_role("banner")).to_be_visible()
    expect(log.get_by_text("I am two")).to_be_visible()


def test_an_unfolded_call_leads_to_its_page_and_back(log):
    expander(log, "+12025550102").click()
    log.get_by_role("link", name="Open page").click()
    expect(log.get_by_role("heading", level=1)).to_have_text("+1 202-555-0102")
    log.go_back()
    expect(log.locator("tr.call")).to_have_count(3)


def test_marking_text_in_a_row_does_not_unfold_it(log):
    box = row(log, "0102").locator(".started time").bounding_box()
    middle = box["y"] + box["height"] / 2
    log.mouse.move(box["x"] + 2, middle)
    log.mouse.down()
    log.mouse.move(box["x"] + box["width"] - 2, middle, steps=4)
    log.mouse.up()
    assert log.evaluate("String(getSelection())")
    expect(log.locator("tr.detail")).to_have_count(0)


def test_a_call_that_cannot_be_read_says_so(log, calls, complaints):
    Call.objects.filter(pk=calls[1].pk).delete()
    expander(log, "+12025550102").click()
    expect(log.get_by_text("The call could not be read.")).to_be_visible()
    complaints.clear()


def test_a_row_without_javascript_leads_to_the_call(new_page, admin_user, calls):
    page = new_page(user=admin_user, java_script_enabled=False)
    page.goto("/calls/?status=completed")
    page.get_by_role("link", name="Show the call with +12025550102 here").click()
    expect(page.get_by_text("I am two")).to_be_visible()
    page.get_by_role("link", name="Back to the calls").click()
    expect(page).to_have_url(re.compile(r"/calls/\?status=completed#call-\d+$"))


# Calls that are live


def test_a_call_that_begins_is_announced_and_no_row_moves(log):
    make_call(from_number="+12025550199", started_at=timezone.now())
    top = row(log, "0101").bounding_box()["y"] - row(log, "0102").bounding_box()["y"]
    poll(log)
    expect(log.get_by_role("link", name="1 new call – show")).to_be_visible()
    expect(log.locator("tr.call")).to_have_count(3)
    assert row(log, "0101").bounding_box()["y"] - row(log, "0102").bounding_box()["y"] == top
    log.get_by_role("link", name="1 new call – show").click()
    expect(log.locator("tr.call .phone").first).to_have_text("+12025550199")
    expect(log.get_by_role("link", name="1 new call – show")).to_have_count(0)


def test_an_announcement_that_says_the_same_is_not_made_again(log):
    make_call(started_at=timezone.now())
    poll(log)
    log.get_by_role("link", name="1 new call – show").evaluate("(link) => (link.isTheFirst = true)")
    poll(log)
    assert log.get_by_role("link", name="1 new call – show").evaluate("(link) => link.isTheFirst")


@pytest.fixture
def live_call(calls):
    Call.objects.filter(pk=calls[1].pk).update(status="in_progress", duration_ms=None)
    return calls[1]


def end(call):
    Call.objects.filter(pk=call.pk).update(status="completed", duration_ms=61_000)


def test_a_live_call_changes_where_it_stands(live_call, signed_in_page):
    page = signed_in_page
    page.goto("/calls/")
    expander(page, "+12025550102").focus()
    expect(row(page, "0102").locator(".state")).to_have_text("In progress")
    end(live_call)
    poll(page)
    expect(row(page, "0102").locator(".state")).to_have_text("Completed")
    expect(row(page, "0102")).to_contain_text("1:01")
    expect(page.locator("tr.call .phone")).to_have_text([re.compile(end) for end in ("0101", "0102", "0103")])
    expect(expander(page, "+12025550102")).to_be_focused()


def test_an_unfolded_live_call_stays_so_and_is_read_anew(live_call, signed_in_page):
    page = signed_in_page
    page.goto("/calls/")
    expander(page, "+12025550102").click()
    expect(page.locator(".call-detail .status")).to_have_text("In progress")
    end(live_call)
    poll(page)
    expect(page.locator(".call-detail .status")).to_have_text("Completed")
    expect(expander(page, "+12025550102")).to_have_attribute("aria-expanded", "true")
    expander(page, "+12025550102").click()
    expect(page.locator(".call-detail")).to_have_count(0)


def test_a_live_call_that_does_not_change_is_left_alone(live_call, signed_in_page):
    page = signed_in_page
    page.goto("/calls/")
    row(page, "0102").evaluate("(row) => (row.isTheFirst = true)")
    poll(page)
    assert row(page, "0102").evaluate("(row) => row.isTheFirst")
