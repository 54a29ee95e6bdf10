"""From a signed delivery to its call, as somebody sees it who has the log open."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from callmon.testing.axe import barriers
from calls.ingest import webhooks
from calls.ingest.models import Delivery
from calls.ingest.processing import process_waiting
from calls.ingest.tests.signing import SECRET, post
from calls.models import Assistant, Call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def platform(settings, monkeypatch):
    """A platform with a secret; the worker is this test."""
    settings.WEBHOOK_SECRETS = {"callmon": [SECRET]}
    monkeypatch.setattr(webhooks.bell, "ring", lambda: None)
    monkeypatch.setattr("calls.ingest.processing.bell.ring", lambda: None)
    monkeypatch.setattr("calls.live.UNSETTLED", timedelta(0))


def deliver(**fields):
    call = {"id": "c-1", "started_at": timezone.now().isoformat(), "from_number": "+12025550123"} | fields
    assert post(Client(), "callmon", json.dumps(call).encode()).status_code == 200
    process_waiting()


def poll(page):
    with page.expect_response("**/calls/updates/**") as answer:
        page.evaluate("htmx.trigger('#updates', 'refresh')")
    answer.value.finished()
    return answer.value.status


def test_a_call_appears_changes_where_it_stands_and_leads_to_its_deliveries(signed_in_page):
    page = signed_in_page
    page.goto("/calls/")
    expect(page.get_by_text("No calls yet")).to_be_visible()
    deliver(status="ringing")
    poll(page)
    page.get_by_role("link", name="1 new call – show").click()
    row = page.locator("tr.call", has_text="+12025550123")
    expect(row.locator(".status")).to_have_text("Ringing")
    row.get_by_role("link", name="+12025550123", exact=True).click()
    page.wait_for_url("**/calls/*-*/")
    status = page.locator(".call-title .status")
    expect(status).to_have_text("Ringing")
    page.get_by_placeholder("Write a note for your team").fill("I am writing")
    deliver(status="completed", duration_seconds=48, transcript=[{"speaker": "caller", "text": "My order, please"}])
    expect(status).to_have_text("Completed")
    expect(page.get_by_text("My order, please")).to_be_visible()
    expect(page.get_by_placeholder("Write a note for your team")).to_have_value("I am writing")
    page.get_by_role("link", name="What the platform sent for this call").click()
    expect(page.locator(".delivery-table tbody tr")).to_have_count(2)
    page.locator(".delivery-table td.when a").first.click()
    expect(page.get_by_role("link", name="The call it became")).to_be_visible()
    expect(page.locator(".delivery-body")).to_contain_text("My order, please")


def test_a_log_in_which_nothing_happens_asks_cheaply_and_keeps_what_it_says(signed_in_page, complaints):
    page = signed_in_page
    deliver(status="ringing")
    page.goto("/calls/")
    deliver(id="c-2", status="ringing")
    assert poll(page) == 200
    expect(page.get_by_text("1 new call – show")).to_be_visible()
    assert poll(page) == 304
    expect(page.get_by_text("1 new call – show")).to_be_visible()
    deliver(status="completed")
    assert poll(page) == 200
    expect(page.locator("tr.call .status")).to_have_text("Completed")


def test_a_rejected_delivery_is_counted_explained_and_processed_again(signed_in_page):
    page = signed_in_page
    deliver(status="finished")
    page.goto("/calls/")
    expect(page.locator(".nav-count")).to_contain_text("1")
    page.get_by_role("link", name=re.compile("Deliveries")).click()
    expect(page.locator(".reason")).to_contain_text("status takes one of initiated")
    page.locator("td.when a").click()
    page.get_by_text("Process again…").click()
    page.get_by_role("button", name="Process again").click()
    expect(page.locator("#outcome .status")).to_have_text("Waiting")
    process_waiting()
    expect(page.locator("#outcome .status")).to_have_text("Rejected")


def test_a_platform_is_connected_and_tried(signed_in_page):
    page = signed_in_page
    page.goto("/sources/")
    page.get_by_role("link", name="Bolna").click()
    page.get_by_role("button", name="Make a secret").click()
    address = page.get_by_label("Address with the secret").input_value()
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/webhooks/bolna/[\w-]{32}/", address)
    page.get_by_role("button", name="Send a test delivery").click()
    expect(page.get_by_role("link", name="The call it became")).to_be_visible()
    page.get_by_role("button", name="Remove the test and its call").click()
    page.wait_for_url("**/sources/bolna/")
    assert not Call.objects.exists()
    assert not Delivery.objects.exists()


def test_the_pages_of_the_intake_and_the_api_keep_nobody_out(signed_in_page):
    page = signed_in_page
    deliver(status="completed", assistant={"id": "a", "name": "Support"})
    deliver(id="c-2", status="finished")
    rejected, assistant = Delivery.objects.get(state="rejected"), Assistant.objects.get()
    for address in (
        "/deliveries/",
        f"/deliveries/{rejected.pk}/",
        "/sources/",
        "/sources/vapi/",
        "/sources/assistants/",
        f"/sources/assistants/{assistant.pk}/",
        "/accounts/tokens/",
        "/api/v1/docs",
    ):
        page.goto(address)
        assert barriers(page) == [], address
