"""Signing in and changing the password: Django's views with our fields, and the page about a refused form."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django_htmx.http import HttpResponseClientRefresh

# Django fills the address in.
BAD_ORIGIN = REASON_BAD_ORIGIN.partition("%s")[0]


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "The username or the password is wrong. Mind upper and lower case in both.",
        "inactive": "This account is switched off.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


class ChangePasswordForm(PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def style(form: AuthenticationForm | PasswordChangeForm) -> None:
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-control"


@method_decorator(login_not_required, name="dispatch")
class SignIn(views.LoginView):
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A part of a page that asks after the session has ended must not receive this page in its place: the page
        loads again as a whole, and comes here by itself with the right way back."""
        if request.headers.get("HX-Request"):
            return HttpResponseClientRefresh()
        return super().dispatch(request, *args, **kwargs)


class ChangePassword(views.PasswordChangeView):
    form_class = ChangePasswordForm


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page of a refused form. Where the address in the browser is not PUBLIC_URL, it says so."""
    origin = request.headers.get("Origin", "")
    is_elsewhere = reason.startswith(BAD_ORIGIN) or reason == REASON_NO_CSRF_COOKIE
    context = {
        "reason": reason,
        "public_url": settings.PUBLIC_URL,
        "browser_origin": origin if is_elsewhere and origin not in ("null", settings.PUBLIC_URL) else "",
    }
    return render(request, "403_csrf.html", context, status=403)
