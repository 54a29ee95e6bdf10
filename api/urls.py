"""Addresses of the API, and of the pages around it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from api import views
from api.endpoints import api
from api.problems import Problem

app_name = "api"

View = Callable[..., HttpResponse]


def for_programs(view: View) -> View:
    """Signs in by a token and not by a session; whatever it refuses is a problem, also a method."""

    @csrf_exempt
    @login_not_required
    @cache_control(private=True, no_store=True)
    @functools.wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = view(request, **kwargs)
        if answer.status_code == 405:
            allowed = answer["Allow"]
            return Problem(405, f"This address takes {allowed}.", headers={"Allow": allowed}).answer()
        return answer

    return wrapped


def not_found(request: HttpRequest) -> HttpResponse:
    return Problem(404, "There is no such address; /api/v1/docs lists those that there are.").answer()


def operations() -> list[URLPattern]:
    found = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in found:
        pattern.callback = for_programs(pattern.callback)
    return found


urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    *operations(),
    path("", for_programs(not_found), name="api-root"),
    re_path("^.", for_programs(not_found)),
]
