"""The whole site in a real browser: signing in, without JavaScript, on a telephone, for everybody."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from callmon.testing.axe import barriers
from calls.models import Call, CostItem, ResponseTime
from calls.tests.factory import make_assistant, make_call, make_campaign, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TURNS = [
    {"speaker": "assistant", "text": "Hello, how can I help?", "start_seconds": 0.0},
    {"speaker": "caller", "text": "Where is my order -" + "1234567890" * 12, "start_seconds": 3.5},
    {"speaker": "tool", "text": "find_order", "arguments": {"order": "12345"}, "result": "late", "start_seconds": 5.0},
]


@pytest.fixture
def calls(transactional_db):
    """Calls of every status; the newest has all that a call can have."""
    assistant = make_assistant("Reception of the dental practice of Doctor Montgomery-Featherstonehaugh")
    campaign = make_campaign("Reminders of the yearly check-up in the autumn of 2026")
    statuses = ["completed", "initiated", "ringing", "in_progress", "busy", "unanswered", "failed", "voicemail"]
    calls = [
        make_call(
            status=status,
            assistant=assistant,
            campaign=campaign,
            started_at=timezone.now() - timedelta(hours=hours),
            transcript=TURNS,
            variables={"order": "12345", "satisfied": True, "address": {"street": "1 Long Road " * 9}},
            metadata={"queue": "east" * 60},
            recorded=status == "completed",
        )
        for hours, status in enumerate(statuses, start=1)
    ]
    CostItem.objects.create(call=calls[0], component="llm", amount="0.4")
    ResponseTime.objects.create(call=calls[0], kind="tool", name="find_order", at_ms=5000, duration_ms=210)
    return calls


# Signing in and out


def fill_in(page, password):
    page.get_by_label("Username").fill("mia")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_the_page_asked_for(page, calls):
    make_user("mia", sees_all=True)
    page.goto("/calls/?status=busy")
    fill_in(page, "a wrong one")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    fill_in(page, "a long enough phrase")
    expect(page).to_have_url(re.compile(r"/calls/\?status=busy$"))
    expect(page.locator("tr.call")).to_have_count(1)


def test_signing_out_closes_the_log(signed_in_page):
    page = signed_in_page
    page.goto("/calls/")
    page.get_by_label("Menu of admin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Callmon")).to_be_visible()
    page.goto("/calls/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/calls/$"))


def test_a_list_asked_for_after_the_session_ended_leads_to_signing_in(signed_in_page, calls):
    page = signed_in_page
    page.goto("/calls/")
    page.context.clear_cookies()
    page.get_by_label("Period").select_option("Last 7 days")
    expect(page.get_by_role("heading", name="Sign in to Callmon")).to_be_visible()


# Without JavaScript


@pytest.fixture
def plain_log(new_page, admin_user, calls):
    page = new_page(user=admin_user, java_script_enabled=False)
    page.goto("/calls/")
    return page


def test_without_javascript_the_filters_are_applied_by_a_button(plain_log):
    page = plain_log
    page.locator("details[data-name=status] > summary").click()
    page.get_by_role("checkbox", name="Busy").check()
    page.get_by_label("First day").fill((timezone.now() - timedelta(days=3)).date().isoformat())
    page.get_by_label("Period").select_option("Custom range")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tr.call .state")).to_have_text(["Busy"])
    expect(page.locator("#showing")).to_contain_text("1 call")
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("tr.call")).to_have_count(8)


def test_without_javascript_the_list_is_sorted_and_paged(plain_log):
    page = plain_log
    for _ in range(20):
        make_call(status="busy", started_at=timezone.now() - timedelta(days=2))
    page.goto("/calls/?size=25")
    page.get_by_role("link", name="Status").click()
    expect(page.locator("th[aria-sort]")).to_have_text("Status")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#showing")).to_contain_text("26–28 of 28")
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("#showing")).to_contain_text("1–25 of 28")


def test_without_javascript_one_signs_in_and_out(new_page):
    page = new_page(java_script_enabled=False)
    make_user("mia", sees_all=True)
    page.goto("/calls/")
    fill_in(page, "a long enough phrase")
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()
    page.get_by_label("Menu of mia").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Callmon")).to_be_visible()


# Every page, narrow and wide, light and dark


def show_log(page, calls):
    page.goto("/calls/?status=completed&status=busy&status=failed&status=voicemail&period=7d&phone=2025")
    expect(page.locator("tr.call")).to_have_count(4)


def show_unfolded(page, calls):
    page.goto("/calls/")
    page.locator(f"#call-{calls[0].pk} .expand").click()
    expect(page.locator(".call-detail")).to_be_visible()


def show_choices(page, calls):
    page.goto("/calls/")
    page.get_by_text("More filters").click()
    page.locator("details[data-name=assistant] > summary").click()


def show_call(page, calls):
    page.goto(calls[0].get_absolute_url())
    for summary in page.locator(".call-detail summary").all():
        summary.click()


def show_empty(page, calls):
    page.goto("/calls/?period=today&phone=999999")


def show_no_calls(page, calls):
    Call.objects.all().delete()
    page.goto("/calls/")
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()


def show_error(page, calls):
    page.goto("/calls/?status=colour&phone=12&from=2026-13-01&min_cost=cheap&colour=red")


def show_sign_in(page, calls):
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    fill_in(page, "a wrong one")
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(
    "show",
    [show_log, show_unfolded, show_choices, show_call, show_empty, show_no_calls, show_error, show_sign_in],
)
def test_nobody_is_kept_out(signed_in_page, calls, show):
    show(signed_in_page, calls)
    assert barriers(signed_in_page) == []
