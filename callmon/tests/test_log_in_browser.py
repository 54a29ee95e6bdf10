"""The call log in a real browser: sorting, paging, going away and coming back."""

import re

import pytest
from playwright.sync_api import expect

from callmon.tests.log_page import (
    choice,
    days_ago,
    expect_numbers,
    expect_query,
    make_four_calls,
    numbers,
    open_checks,
    showing,
)
from calls.tests.factory import make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def log(signed_in_page):
    make_four_calls()
    signed_in_page.goto("/calls/")
    return signed_in_page


@pytest.fixture
def long_log(signed_in_page):
    """60 calls on pages of 25; the older, the more one costs and the higher is its number."""
    for number in range(60):
        make_call(started_at=days_ago(number), cost=number, from_number=f"+1202555{number:04}")
    signed_in_page.goto("/calls/?size=25")
    return signed_in_page


def test_a_column_head_sorts_and_turns_round(long_log):
    cost = long_log.get_by_role("link", name="Cost (credits)")
    cost.click()
    expect_query(long_log, "size=25&sort=-cost")
    assert numbers(long_log)[0].endswith("0059")
    expect(cost).to_be_focused()
    cost.click()
    expect_query(long_log, "size=25&sort=cost")
    expect(long_log.get_by_role("columnheader", name="Cost")).to_have_attribute("aria-sort", "ascending")
    assert numbers(long_log)[0].endswith("0000")


def test_a_filter_keeps_the_order(long_log):
    long_log.get_by_role("link", name="Cost (credits)").click()
    expect_query(long_log, "size=25&sort=-cost")
    long_log.get_by_label("Period").select_option("Last 7 days")
    expect(long_log).to_have_url(re.compile("sort=-cost"))
    expect(long_log).to_have_url(re.compile("period=7d"))
    expect(showing(long_log)).to_contain_text("last 7 days")
    assert numbers(long_log) == sorted(numbers(long_log), reverse=True)


def test_the_pages_go_forward_and_back(long_log):
    first = numbers(long_log)
    long_log.get_by_role("link", name="Next").click()
    expect(showing(long_log)).to_contain_text("Showing 26–50 of 60 calls")
    expect(showing(long_log)).to_be_in_viewport()
    assert not set(first) & set(numbers(long_log))
    long_log.get_by_role("link", name="Previous").click()
    expect(showing(long_log)).to_contain_text("Showing 1–25 of 60 calls")
    assert numbers(long_log) == first
    long_log.get_by_role("link", name="Last").click()
    expect(showing(long_log)).to_contain_text("36–60 of 60 calls")


def test_the_browser_goes_back_and_forward_over_the_pages(long_log):
    first = numbers(long_log)
    long_log.get_by_role("link", name="Next").click()
    expect(showing(long_log)).to_contain_text("26–50")
    second = numbers(long_log)
    long_log.go_back()
    expect(showing(long_log)).to_contain_text("1–25")
    assert numbers(long_log) == first
    long_log.go_forward()
    expect(showing(long_log)).to_contain_text("26–50")
    assert numbers(long_log) == second
    long_log.reload()
    assert numbers(long_log) == second


def test_going_back_shows_the_filters_of_that_list(log):
    open_checks(log, "status")
    choice(log, "Busy").check()
    expect_query(log, "status=busy")
    log.go_back()
    expect_numbers(log, "0101", "0102", "0103", "0104")
    expect(log.locator("#s-status")).to_have_text("Any")
    open_checks(log, "status")
    expect(choice(log, "Busy")).not_to_be_checked()


def test_the_page_size_is_a_link(long_log):
    long_log.locator(".sizes").get_by_role("link", name="100").click()
    expect_query(long_log, "size=100")
    expect(long_log.locator("tr.call")).to_have_count(60)


def test_a_filtered_list_is_whole_after_a_call_back_and_reload(log):
    log.get_by_label("Period").select_option("Last 7 days")
    expect_query(log, "period=7d")
    log.get_by_role("link", name="+12025550102", exact=True).click()
    expect(log.get_by_role("heading", level=1)).to_have_text("+1 202-555-0102")
    log.go_back()
    for _ in range(2):
        expect_query(log, "period=7d")
        expect(log.get_by_role("banner")).to_have_count(1)
        expect(log.get_by_role("heading", name="Calls", level=1)).to_be_visible()
        expect_numbers(log, "0101", "0102", "0103")
        log.reload()


def test_the_link_back_leads_to_the_same_page_of_the_list(long_log):
    long_log.get_by_role("link", name="Next").click()
    expect(showing(long_log)).to_contain_text("26–50")
    second = numbers(long_log)
    long_log.get_by_role("link", name=second[3].strip(), exact=True).click()
    long_log.get_by_role("link", name="Back to the calls").click()
    expect(showing(long_log)).to_contain_text("26–50")
    assert numbers(long_log) == second


def test_a_shared_address_shows_the_same_rows_to_another(log, new_page, django_user_model):
    open_checks(log, "status")
    choice(log, "Completed").check()
    expect_query(log, "status=completed")
    log.get_by_role("link", name="Duration").click()
    expect(log).to_have_url(re.compile("status=completed&sort=-duration$"))
    other = new_page(user=django_user_model.objects.create_superuser("other", password="a long enough phrase"))
    other.goto(log.url)
    assert numbers(other) == numbers(log)
    expect(other.locator("#s-status")).to_have_text("Completed")
