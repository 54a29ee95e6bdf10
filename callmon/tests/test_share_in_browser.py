"""Share links in a real browser: made, opened without an account, in every state."""

import wave
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from callmon.testing.axe import barriers, violations
from callmon.tests.call_page import slider
from calls.shares.models import Part, ShareLink, ShareView
from calls.shares.tests.factory import make_link, make_shareable_call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    cache.clear()


def silence(seconds):
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16000 * seconds))
    return file.getvalue()


@pytest.fixture
def call(transactional_db):
    return make_shareable_call(sound=silence(12), content_type="audio/wav")


def link_to(call, **fields):
    return make_link(call, now=timezone.now(), **fields)


def expect_gone(page, address, complaints):
    response = page.goto(address)
    assert response.status == 404
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()
    complaints.clear()  # the browser says that it got a 404


# Making and taking back


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_link_is_made_opened_and_revoked(new_page, admin_user, call, complaints, has_scripts):
    page = new_page(user=admin_user, java_script_enabled=has_scripts)
    page.goto(call.get_absolute_url())
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Captured variables").check()
    page.get_by_label("Works for").select_option("1 day")
    page.get_by_label("Note").fill("For the bakery")
    page.get_by_role("button", name="Make the link").click()
    path = "/share/" + page.get_by_label("Link to the call").input_value().split("/share/")[1]
    assert not has_scripts or violations(page) == []  # axe needs scripts

    guest = new_page()
    guest.goto(path)
    expect(guest.get_by_role("heading", name="Call of 20 Nov 2026")).to_be_visible()
    expect(guest.get_by_text("It is on its way")).to_be_visible()
    assert guest.get_by_role("navigation").count() == 0

    page.get_by_role("link", name="Back to the call").click()
    page.get_by_role("link", name="Share").click()
    expect(page.get_by_text("1 view, 0 plays")).to_be_visible()
    expect(page.get_by_text("For the bakery")).to_be_visible()
    page.get_by_text("Revoke…").click()
    page.get_by_role("button", name="Revoke this link").click()
    expect(page.get_by_text("Revoked")).to_be_visible()
    expect_gone(guest, path, complaints)


# What a guest sees


def test_a_live_link_is_for_everybody(page, call):
    page.goto(link_to(call)[1])
    assert barriers(page) == []


def test_a_guest_plays_from_a_turn(new_page, call):
    page = new_page()
    link, address = link_to(call)
    page.goto(address)
    expect(page.locator("[data-wave-lanes] .canvases canvas")).to_have_count(3)
    assert not link.views.filter(part=Part.RECORDING).exists()
    page.get_by_role("button", name="Play from 00:08").click()
    page.locator("[aria-current]", has_text="It is on its way").wait_for()
    assert page.evaluate("document.querySelector('audio').currentTime") >= 8
    expect(slider(page)).not_to_have_attribute("aria-valuenow", "0")
    assert link.views.filter(part=Part.RECORDING).count() == 1


def test_a_guest_without_scripts_reads_and_hears(new_page, call):
    page = new_page(java_script_enabled=False)
    page.goto(link_to(call)[1])
    expect(page.get_by_text("It is on its way")).to_be_visible()
    assert page.locator("audio[controls]").count() == 1


FETCHED = "async (url) => (await fetch(url, { headers: { Range: 'bytes=1000-1999' } })).status"


def test_a_link_that_ends_while_it_plays_gives_no_further_range(new_page, call, complaints):
    page = new_page()
    link, address = link_to(call)
    page.goto(address)
    assert page.evaluate(FETCHED, f"{address}recording/") == 206
    ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    assert page.evaluate(FETCHED, f"{address}recording/") == 404
    expect_gone(page, address, complaints)


def end(link):
    ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())


def revoke(link):
    ShareLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())


def delete_call(link):
    link.call.delete()


def take_rights(link):
    link.created_by.user_permissions.clear()


@pytest.mark.parametrize("happens", [end, revoke, delete_call, take_rights])
def test_a_dead_link_says_so_kindly(new_page, call, complaints, happens):
    page = new_page()
    link, address = link_to(call)
    happens(link)
    expect_gone(page, address, complaints)


def test_the_page_of_a_dead_link_is_for_everybody(page, transactional_db, complaints):
    expect_gone(page, "/share/unknown/", complaints)
    assert barriers(page) == []


def send(page, password):
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Show the call").click()


def test_a_password_lets_one_in(page, call, complaints):
    page.goto(link_to(call, password=PASSWORD)[1])
    send(page, "a wrong one")
    expect(page.get_by_role("alert")).to_have_text("The password is wrong.")
    assert barriers(page) == []
    send(page, PASSWORD)
    expect(page.get_by_role("heading", name="Call of")).to_be_visible()
    assert ShareView.objects.count() == 1
    complaints.clear()  # the 403 of the wrong one


def test_too_many_passwords_are_refused(new_page, call, complaints):
    page = new_page()
    page.goto(link_to(call, password=PASSWORD)[1])
    for number in range(10):
        send(page, f"guess {number}")
        expect(page.get_by_role("alert")).to_be_visible()
    send(page, PASSWORD)
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    assert violations(page) == []
    complaints.clear()


# The page that makes them


def test_the_page_of_all_links_is_for_everybody(signed_in_page, call):
    for state in (end, revoke, take_rights, lambda link: None):
        link, _ = link_to(call, note="For the bakery", password=PASSWORD)
        link.views.create(part=Part.PAGE, at=timezone.now(), client="Firefox on Windows", network="203.0.113.0/24")
        state(link)
    page = signed_in_page
    page.goto(f"/calls/{call.uuid}/share/")
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    assert barriers(page) == []
