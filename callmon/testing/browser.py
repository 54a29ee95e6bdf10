"""Fixtures that drive Chromium. A test fails on whatever the browser complains of: scripts, CSP, missing files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from callmon.testing.services import find_chromium

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from pytest_django.live_server_helper import LiveServer

# As root, without a graphics card, and without calls to the browser's maker.
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained of. A test that expects something takes it out: `complaints.clear()`."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def new_page(chromium: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a profile of its own, signed in as `user`; other options go to Browser.new_context, such as
    java_script_enabled=False."""
    contexts = []

    def new_page(*, user: User | None = None, **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("console", lambda message: complaints.extend(complaints_in(message)))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        if user:
            sign_in(context, user, live_server.url)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()


def complaints_in(message: ConsoleMessage) -> list[str]:
    # Chromium asks for an icon by itself where a page, such as a text file, names none.
    is_complaint = message.type == "error" and not message.location["url"].endswith("/favicon.ico")
    return [message.text] if is_complaint else []


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of a visitor who is not signed in."""
    return new_page()


@pytest.fixture
def signed_in_page(new_page: Callable[..., Page], admin_user: User) -> Page:
    """A page of the administrator."""
    return new_page(user=admin_user)
