"""Who may see the pages of the intake. What one may not see is not found."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse

# Raw bodies hold the calls of every assistant.
SEES_DELIVERIES = "ingest.view_delivery"
PROCESSES_AGAIN = "ingest.change_delivery"
KEEPS_SOURCES = "ingest.change_source"

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    user: User


def needs(permission: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate
