"""Analytics in a real browser. The fixtures fail a test on every console error and every report of the CSP."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from callmon.testing.axe import violations
from calls.models import CostItem, ResponseTime
from calls.tests.factory import make_assistant, make_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLOTS = ".chart-plot.js-plotly-plot"
SECTIONS_MS = 20_000  # on a narrow screen all of them are asked for at once


@pytest.fixture
def calls(transactional_db):
    assistants = [make_assistant("Support line"), make_assistant("Renewals")]
    for number in range(24):
        call = make_call(
            status=("completed", "completed", "busy")[number % 3],
            assistant=assistants[number % 2],
            started_at=timezone.now() - timedelta(days=number % 8, minutes=5),
            variables={"topic": ("order", "refund")[number % 2], "score": number},
        )
        CostItem.objects.create(call=call, component="llm", amount="0.4")
        ResponseTime.objects.create(call=call, kind="turn", at_ms=5000, duration_ms=600 + number)


def scroll_through(page):
    """To the end, so that all sections come."""
    for name in ("costs", "patterns", "changes", "captured"):
        page.locator(f"#{name}").scroll_into_view_if_needed()
        expect(page.locator(f"#{name}:not(.is-waiting)")).to_be_visible(timeout=SECTIONS_MS)
    for plot in page.locator(".chart-plot").all():
        plot.scroll_into_view_if_needed()
    expect(page.locator(PLOTS)).to_have_count(7)


def test_a_section_that_is_being_read_says_so(signed_in_page, calls):
    page, held = signed_in_page, []
    page.route(re.compile("/analytics/changes/"), lambda route: held.append(route))
    page.goto("/analytics/?period=7d")
    page.locator("#changes").scroll_into_view_if_needed()
    expect(page.get_by_text("Reading the calls…").and_(page.locator(":visible"))).to_have_count(1)
    held[0].continue_()
    expect(page.locator("#changes .sentence")).to_be_visible()


def test_a_click_on_a_bar_opens_exactly_its_calls(signed_in_page, calls):
    page = signed_in_page
    page.goto("/analytics/?period=7d")
    bar = page.locator(f"{PLOTS} .trace.bars").nth(1).locator(".point").nth(2)
    expect(bar).to_be_visible()
    cell = page.locator("#calls-by-status tbody tr").nth(2).locator("td").nth(1)
    count = cell.text_content()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/calls/\?.*status=busy$"))
    expect(page.locator("tr.call")).to_have_count(int(count))


def test_a_long_table_comes_when_it_is_opened_or_its_chart_is_clicked(signed_in_page, calls):
    page = signed_in_page
    page.goto("/analytics/?period=365d&by=day")
    page.locator("#trends summary").nth(1).click()
    expect(page.locator("#completed-rate tbody tr")).to_have_count(365)
    plot = page.locator(PLOTS).first
    expect(plot).to_be_visible()
    plot.evaluate("""plot => plot.emit("plotly_click", {
        points: [{ pointNumber: 364, data: { meta: { column: 1 } } }], event: {} })""")
    expect(page).to_have_url(re.compile(r"/calls/\?.*status=completed$"))


def test_charts_follow_the_theme(signed_in_page, calls):
    page = signed_in_page
    page.goto("/analytics/?period=7d")
    bar = page.locator(f"{PLOTS} .trace.bars .point path").first
    expect(bar).to_be_visible()
    before = bar.evaluate("bar => getComputedStyle(bar).fill")
    page.get_by_label("Menu of admin").click()
    page.get_by_role("button", name="Dark").click()
    expect(bar).not_to_have_css("fill", before)


def test_a_choice_reads_its_section_anew_and_stays_in_the_address(signed_in_page, calls):
    page = signed_in_page
    page.goto("/analytics/?period=7d")
    page.locator("#patterns").scroll_into_view_if_needed()
    page.get_by_role("link", name="Status", exact=True).click()
    expect(page.locator("#breakdown tbody th").first).to_have_text("Completed")
    expect(page).to_have_url(re.compile(r"/analytics/\?period=7d&breakdown=status$"))
    page.get_by_label("Period").select_option("Last 30 days")
    expect(page).to_have_url(re.compile(r"/analytics/\?period=30d&breakdown=status$"))


def test_two_periods_are_compared_at_once(signed_in_page, calls):
    page = signed_in_page
    page.goto("/analytics/?period=7d")
    page.get_by_label("Compare with").select_option("Beside the previous period")
    expect(page.locator("#comparison")).to_be_visible()
    expect(page).to_have_url(re.compile("against=previous"))


def test_the_log_shows_its_metrics(signed_in_page, calls):
    page = signed_in_page
    page.goto("/calls/")
    expect(page.locator(".metric-value").first).to_have_text("24")
    page.get_by_label("Period").select_option("Last 7 days")
    expect(page.locator("tr.call")).to_have_count(21)
    expect(page.locator(".metric-value").first).to_contain_text("21")
    page.locator(".tip").first.focus()
    expect(page.get_by_role("tooltip").first).to_be_visible()


def test_figures_are_copied_as_csv(new_page, admin_user, calls):
    page = new_page(user=admin_user, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/analytics/?period=7d")
    page.locator("#trends summary").nth(1).click()
    page.locator("[data-copy-table=completed-rate]").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0] == "Day,Completed rate,95 % from,to,Completed,Calls"
    assert re.fullmatch(r"\w{3} \d+ \w{3} \d{4},0\.\d+,0\.\d+,[01](\.\d+)?,\d+,\d+", lines[1])


def test_analytics_keeps_nobody_out(new_page, admin_user, calls):
    page = new_page(user=admin_user, color_scheme="light", reduced_motion="reduce")
    page.goto("/analytics/?period=7d&against=previous")
    scroll_through(page)
    for summary in page.locator("#log .analytics-section summary").all():
        summary.click()
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert found + violations(page) == []


def test_analytics_is_not_wider_than_a_telephone(new_page, admin_user, calls):
    page = new_page(user=admin_user, viewport={"width": 360, "height": 740})
    page.goto("/analytics/?period=7d&against=previous")
    scroll_through(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_without_javascript_there_are_tables(new_page, admin_user, calls):
    page = new_page(user=admin_user, java_script_enabled=False)
    page.goto("/analytics/?period=7d")
    expect(page.locator("#calls-by-status tbody tr").first).to_be_visible()
    expect(page.locator(".chart-plot").first).to_be_hidden()
    page.get_by_label("Compare with").select_option("Beside the previous period")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#comparison")).to_be_visible()
    page.get_by_role("link", name="Patterns").click()
    page.get_by_role("link", name="Status", exact=True).click()
    expect(page.locator("#breakdown tbody th").first).to_have_text("Completed")
