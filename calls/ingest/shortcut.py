"""The way of a delivery past all that pages need: it has no session and no cookie, and is signed, not browsed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

PREFIX = "/webhooks/"


class ShortcutMiddleware:
    """Answers what is sent to the addresses of the intake; whatever is none of them goes on to its 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            view, arguments, named = resolve(request.path_info, "calls.ingest.urls")
        except Resolver404:
            return self.get_response(request)
        return view(request, *arguments, **named)
