"""The pages around the API: a user's tokens, the documentation, and the OpenAPI document."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from api.endpoints import document
from api.forms import TokenForm
from api.guide import guide
from api.models import ApiToken, may_write_calls
from calls.format import format_moment

logger = logging.getLogger(__name__)

MOST_TOKENS = 50


class SignedInRequest(HttpRequest):
    user: User


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def tokens(request: SignedInRequest) -> HttpResponse:
    """The user's tokens and the form for a new one. The answer to the form is the only page that tells the token."""
    data = request.POST if request.method == "POST" else None
    form, text = TokenForm(data, may_write=may_write_calls(request.user)), ""
    if form.is_valid() and not has_too_many(form, request.user):
        token, text = ApiToken.make(request.user, now=timezone.now(), **form.cleaned_data)
        logger.info("%s made %s for %s", request.user, token, " and ".join(token.scopes()))
        form = TokenForm(may_write=may_write_calls(request.user))
    found = request.user.api_tokens.order_by("revoked_at", "-pk")
    context = {"form": form, "new_token": text, "tokens": [shown(token) for token in found], "api_url": api_url()}
    return render(request, "api/tokens.html", context, status=422 if form.errors else 201 if text else 200)


def has_too_many(form: TokenForm, user: User) -> bool:
    if ApiToken.objects.filter(user=user, revoked_at=None).count() < MOST_TOKENS:
        return False
    form.add_error(None, f"There are {MOST_TOKENS} tokens. Revoke one that is not used any more.")
    return True


@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    if ApiToken.objects.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now()):
        logger.info("%s revoked %s", request.user, token)
    return redirect("tokens:list")


@dataclass(frozen=True)
class TokenShown:
    """A token in words; `start` is its first characters."""

    pk: int
    name: str
    start: str
    is_live: bool
    scopes: str
    words: str


def shown(token: ApiToken) -> TokenShown:
    words = f"made {moment(token.created_at)}, "
    words += f"last used {moment(token.last_used_at)}" if token.last_used_at else "never used"
    if token.revoked_at:
        words += f", revoked {moment(token.revoked_at)}"
    names = {"read": "reads calls", "write": "sends calls"}
    scopes = " and ".join(names[scope] for scope in token.scopes())
    return TokenShown(token.pk, token.name, token.start, token.revoked_at is None, scopes, words)


def moment(at: datetime) -> str:
    return format_moment(at, ZoneInfo(settings.TIME_ZONE))


def api_url() -> str:
    return f"{settings.PUBLIC_URL}/api/v1"


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document())


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same as the document, for people. It is written here, without anybody's scripts."""
    return render(request, "api/docs.html", {"guide": guide(document()), "api_url": api_url()})
