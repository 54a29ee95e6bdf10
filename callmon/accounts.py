"""Signing in and changing the password: Django's views with our fields, and the page about a refused form."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django_htmx.http import HttpResponseClientRefresh

from calls.shares.guesses import WINDOW_SECONDS, Guesses, TooManyGuesses
from calls.shares.visitors import address_of

# Django fills the address in.
BAD_ORIGIN = REASON_BAD_ORIGIN.partition("%s")[0]
TOO_MANY = f"There were too many wrong passwords. Wait up to {WINDOW_SECONDS // 60} minutes and try again."


# Wrong passwords for one name from one address; whoever has another address is not kept out by them. Without Redis each
# process of the site counts for itself.
sign_ins = Guesses("sign-in", most=10)


class Throttled(AuthenticationForm):
    """A sign-in that takes only so many guesses; each counts before it is looked at."""

    is_throttled = False

    def clean(self) -> dict[str, Any]:
        guessed_by = (self.cleaned_data.get("username"), address_of(self.request)) if self.request else ()
        try:
            sign_ins.count(*guessed_by)
        except TooManyGuesses:
            self.is_throttled = True
            raise ValidationError(TOO_MANY) from None
        cleaned = super().clean()
        sign_ins.forget(*guessed_by)
        return cleaned


class AdminSignInForm(Throttled, AdminAuthenticationForm):
    pass


class SignInForm(Throttled):
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

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if getattr(form, "is_throttled", False):
            response.status_code = 429
            response["Retry-After"] = str(WINDOW_SECONDS)
        return response


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
