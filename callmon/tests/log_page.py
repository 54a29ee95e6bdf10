"""What the browser tests of the log share: some calls, and where things are on the page."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from calls.tests.factory import make_assistant, make_call


def days_ago(days):
    return timezone.now() - timedelta(days=days, minutes=5)


def make_four_calls():
    """Four calls that differ in status, assistant, number and age; newest first."""
    support, renewals = make_assistant("Support line"), make_assistant("Renewals")
    return [
        make_call(assistant=support, from_number="+12025550101", started_at=days_ago(1)),
        make_call(assistant=support, from_number="+12025550102", started_at=days_ago(2), status="busy"),
        make_call(assistant=renewals, from_number="+13035550103", started_at=days_ago(3), status="failed"),
        make_call(assistant=renewals, from_number="+13035550104", started_at=days_ago(40)),
    ]


def numbers(page):
    return page.locator("tr.call .phone").all_inner_texts()


def expect_numbers(page, *ends):
    """The rows are those of the numbers with these last digits, in this order."""
    expect(page.locator("tr.call .phone")).to_have_text([re.compile(f"{end}$") for end in ends])


def expect_query(page, query):
    expect(page).to_have_url(re.compile(rf"/calls/{re.escape('?' + query if query else '')}$"))


def showing(page):
    return page.locator("#showing")


def open_checks(page, name):
    page.locator(f"details[data-name={name}] > summary").click()


def choice(page, name):
    return page.get_by_role("checkbox", name=name)


def hold(page, glob):
    """Requests for the address wait until they are let go: `held[0].continue_()`."""
    held = []
    page.route(glob, lambda route: held.append(route))
    return held
