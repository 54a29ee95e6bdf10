"""Choosing calls in a real browser: filters, days, values that are not understood."""

import re

import pytest
from playwright.sync_api import expect

from callmon.tests.log_page import (
    choice,
    days_ago,
    expect_numbers,
    expect_query,
    hold,
    make_four_calls,
    open_checks,
    showing,
)
from calls.tests.factory import make_assistant, make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def log(signed_in_page):
    make_four_calls()
    signed_in_page.goto("/calls/")
    return signed_in_page


def test_choosing_a_status_changes_list_address_and_words(log):
    open_checks(log, "status")
    choice(log, "Busy").check()
    expect_numbers(log, "0102")
    expect_query(log, "status=busy")
    expect(showing(log)).to_have_text("Showing 1–1 of 1 call, busy, UTC")


def test_a_list_of_choices_stays_open_and_keeps_the_focus_while_one_chooses_several(log):
    open_checks(log, "status")
    choice(log, "Busy").check()
    expect_query(log, "status=busy")
    expect(choice(log, "Busy")).to_be_focused()
    choice(log, "Failed").check()
    expect_query(log, "status=busy&status=failed")
    expect(choice(log, "Failed")).to_be_focused()
    expect_numbers(log, "0102", "0103")
    expect(log.locator("#s-status")).to_have_text("2 chosen")


def test_a_long_list_of_choices_stays_where_it_was_scrolled_to(signed_in_page):
    make_call()
    for number in range(30):
        make_assistant(f"Assistant {number:02}")
    signed_in_page.goto("/calls/")
    open_checks(signed_in_page, "assistant")
    last = choice(signed_in_page, "Assistant 29")
    last.check()
    expect(showing(signed_in_page)).to_contain_text("assistant Assistant 29")
    expect(last).to_be_in_viewport()


def test_a_choice_made_while_the_list_is_on_its_way_is_not_lost(log):
    held = hold(log, "**/calls/?status=busy")
    open_checks(log, "status")
    with log.expect_request("**/calls/?status=busy"):
        choice(log, "Busy").check()
    choice(log, "Failed").check()
    held[0].continue_()
    expect_query(log, "status=busy&status=failed")
    expect_numbers(log, "0102", "0103")


def test_a_list_of_choices_closes_with_escape_and_elsewhere(log):
    summary = log.locator("details[data-name=assistant] > summary")
    for leave in (
        lambda: log.keyboard.press("Escape"),
        lambda: log.keyboard.press("Shift+Tab"),
        lambda: showing(log).click(),
    ):
        summary.press("Enter")
        expect(choice(log, "Renewals")).to_be_visible()
        leave()
        expect(choice(log, "Renewals")).to_be_hidden()


def test_escape_gives_the_focus_back_to_the_list_of_choices(log):
    summary = log.locator("details[data-name=assistant] > summary")
    summary.press("Enter")
    log.keyboard.press("Escape")
    expect(summary).to_be_focused()


def test_choosing_an_assistant_and_a_period_narrows_the_list(log):
    open_checks(log, "assistant")
    choice(log, "Renewals").check()
    expect_numbers(log, "0103", "0104")
    log.get_by_label("Period").focus()
    log.get_by_label("Period").select_option("Last 7 days")
    expect_numbers(log, "0103")
    expect(log.get_by_label("Period")).to_be_focused()
    expect(showing(log)).to_have_text("Showing 1–1 of 1 call, last 7 days, assistant Renewals, UTC")
    assert "=&" not in log.url + "&"


def test_a_number_and_enter_filters_and_the_focus_stays(log):
    phone = log.get_by_label("Phone number")
    phone.fill("(303) 555")
    phone.press("Enter")
    expect_numbers(log, "0103", "0104")
    expect_query(log, "phone=(303)%20555")
    expect(phone).to_be_focused()
    expect(phone).to_have_value("(303) 555")


def test_emptying_a_search_field_with_escape_takes_its_filter_away(log):
    log.goto("/calls/?phone=303555")
    log.get_by_label("Phone number").press("Escape")
    expect_query(log, "")
    expect_numbers(log, "0101", "0102", "0103", "0104")


def test_what_is_being_typed_survives_a_list_that_comes_anew(log):
    held = hold(log, "**/calls/?period=7d")
    with log.expect_request("**/calls/?period=7d"):
        log.get_by_label("Period").select_option("Last 7 days")
    phone = log.get_by_label("Phone number")
    phone.press_sequentially("2025")
    held[0].continue_()
    expect(showing(log)).to_contain_text("last 7 days")
    expect(phone).to_be_focused()
    phone.press_sequentially("550102")
    phone.press("Enter")
    expect_numbers(log, "0102")


def test_a_chip_removes_its_filter_and_no_other(log):
    log.goto("/calls/?status=busy&status=failed&period=7d")
    log.get_by_role("link", name="Remove the filter busy").click()
    expect_query(log, "status=failed&period=7d")
    expect_numbers(log, "0103")
    expect(showing(log)).to_be_focused()


def test_clear_all_removes_every_filter(log):
    log.goto("/calls/?status=busy&phone=2025&period=7d")
    log.get_by_role("link", name="Clear all").click()
    expect_query(log, "")
    expect_numbers(log, "0101", "0102", "0103", "0104")
    expect(log.get_by_label("Phone number")).to_have_value("")
    expect(log.locator("#s-status")).to_have_text("Any")


def test_the_new_selection_is_said_to_those_who_cannot_see_it(log):
    log.get_by_label("Period").select_option("Last 7 days")
    expect(log.locator("#announced")).to_have_text("Showing 1–3 of 3 calls, last 7 days, UTC")


def test_more_filters_stay_open_once_opened(log):
    log.get_by_text("More filters").click()
    log.get_by_label("Direction").focus()
    log.get_by_label("Direction").select_option("Inbound")
    expect_query(log, "direction=inbound")
    expect(log.get_by_label("Direction")).to_be_visible()
    expect(log.get_by_label("Direction")).to_be_focused()


# Days


def test_the_days_are_shown_while_the_range_is_a_custom_one(log):
    first_day = log.get_by_label("First day")
    expect(first_day).to_be_hidden()
    log.get_by_label("Period").select_option("Custom range")
    expect(first_day).to_be_focused()
    expect(log.get_by_label("Last day")).to_be_visible()
    expect_query(log, "")
    log.get_by_label("Period").select_option("Last 7 days")
    expect_query(log, "period=7d")
    expect(first_day).to_be_hidden()


def test_choosing_a_first_day_makes_a_custom_range(log):
    log.get_by_label("Period").select_option("Custom range")
    day = days_ago(10).date().isoformat()
    log.get_by_label("First day").fill(day)
    expect_query(log, f"period=custom&from={day}")
    expect_numbers(log, "0101", "0102", "0103")
    expect(log.get_by_label("Period")).to_have_value("custom")


def test_choosing_a_period_empties_the_days(log):
    log.goto(f"/calls/?period=custom&from={days_ago(10).date()}")
    log.get_by_label("Period").select_option("Last 90 days")
    expect_query(log, "period=90d")
    expect(log.get_by_label("First day")).to_have_value("")


def test_another_filter_does_not_wait_for_the_days(log):
    log.get_by_label("Period").select_option("Custom range")
    open_checks(log, "status")
    choice(log, "Busy").check()
    expect_query(log, "status=busy")


def test_days_can_be_typed_one_after_the_other(log):
    log.get_by_label("Period").select_option("Custom range")
    first, last = days_ago(50), days_ago(3)
    log.keyboard.type(first.strftime("%m%d%Y"), delay=60)
    expect(log.get_by_label("First day")).to_have_value(first.date().isoformat())
    log.get_by_label("Last day").focus()
    log.keyboard.type(last.strftime("%m%d%Y"), delay=60)
    log.keyboard.press("Enter")
    expect_query(log, f"period=custom&from={first.date()}&to={last.date()}")
    expect_numbers(log, "0103", "0104")


# Values that are not understood


def test_an_invalid_value_has_its_message_beside_its_field(log):
    phone = log.get_by_label("Phone number")
    phone.fill("12")
    phone.press("Enter")
    expect(phone).to_have_accessible_description(re.compile("4 digits or more"))
    expect(phone).to_have_value("12")
    expect(log.locator("tr.call")).to_have_count(0)
    phone.fill("0102")
    phone.press("Enter")
    expect_numbers(log, "0102")


def test_days_in_the_wrong_order_are_said_so_beside_them(log):
    log.goto("/calls/?from=2026-11-20&to=2026-11-01")
    expect(log.get_by_label("Last day")).to_have_accessible_description("Lies before the first day.")


def test_an_empty_range_leads_to_a_wider_one(log):
    log.goto("/calls/?period=7d&phone=0104")
    log.get_by_role("link", name="Show last 90 days (1 call)").click()
    expect_numbers(log, "0104")


def test_an_answer_that_fails_shows_itself(log, complaints):
    log.route("**/calls/?period=7d", lambda route: route.fulfill(status=500, body="The server is ill."))
    log.get_by_label("Period").select_option("Last 7 days")
    expect(log.get_by_text("The server is ill.")).to_be_visible()
    complaints.clear()
