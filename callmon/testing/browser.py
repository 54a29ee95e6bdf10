"""Fixtures that drive Chromium. A test fails on whatever the browser complains of: scripts, CSP, missing files."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, sync_playwright

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


class Profiles:
    """Contexts of the browser. Later tests that ask for the same options use them again: a new one takes a second, with
    all the files that it reads. A profile that is given back keeps only these, and a page that holds its process."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.free: defaultdict[str, list[BrowserContext]] = defaultdict(list)

    @contextmanager
    def borrow(self, **options: Any) -> Iterator[BrowserContext]:
        free = self.free[repr(sorted(options.items()))]
        context = free.pop() if free else self.make(options)
        yield context
        self.clean(context)
        free.append(context)

    def make(self, options: dict[str, Any]) -> BrowserContext:
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(10_000)
        context.new_page().goto("/health/live")
        return context

    def clean(self, context: BrowserContext) -> None:
        context.unroute_all()
        context.clear_permissions()
        context.clear_cookies()
        erase = {"origin": self.url, "storageTypes": "all"}
        resident, *pages = context.pages
        context.new_cdp_session(resident).send("Storage.clearDataForOrigin", erase)
        for page in pages:
            page.close()


@pytest.fixture(scope="session")
def profiles(chromium: Browser, live_server: LiveServer) -> Profiles:
    return Profiles(chromium, live_server.url)


@pytest.fixture
def new_page(profiles: Profiles, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a profile of its own, signed in as `user`; other options go to Browser.new_context, such as
    java_script_enabled=False."""
    with ExitStack() as until_the_end:

        def new_page(*, user: User | None = None, **options: Any) -> Page:
            context = until_the_end.enter_context(profiles.borrow(**options))
            until_the_end.enter_context(listening(context, complaints))
            if user:
                sign_in(context, user, live_server.url)
            return context.new_page()

        yield new_page


@contextmanager
def listening(context: BrowserContext, complaints: list[str]) -> Iterator[None]:
    def on_console(message: ConsoleMessage) -> None:
        complaints.extend(complaints_in(message))

    def on_error(error: WebError) -> None:
        complaints.append(str(error.error))

    context.on("console", on_console)
    context.on("weberror", on_error)
    yield
    context.remove_listener("console", on_console)
    context.remove_listener("weberror", on_error)


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
