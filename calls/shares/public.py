"""What a share link shows, without signing in: one call and nothing around it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from calls.choices import RecordingState
from calls.recordings.views import sound_of
from calls.shares import guesses
from calls.shares.models import Part, ShareLink, ShareView
from calls.shares.page import context_of
from calls.shares.visitors import address_of, client_of, network_of

# Playing asks for many ranges; those of one network within this time are one play.
ONE_PLAY = timedelta(hours=1)
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
View = Callable[[HttpRequest, str], HttpResponseBase]


def for_anybody(view: View) -> View:
    """Needs no account. A link that has ended, was revoked or never was gives one and the same page, and nothing of
    this is kept by browsers, searched by engines or told to other sites."""

    @login_not_required
    @functools.wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            response = view(request, token)
        except Http404:
            response = render(request, "shares/gone.html", status=404)
        except guesses.TooManyGuesses:
            response = render(request, "shares/too_many.html", status=429)
            response["Retry-After"] = str(guesses.WINDOW_SECONDS)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return guarded


def link_of(request: HttpRequest, token: str) -> ShareLink:
    """Raises Http404, and TooManyGuesses for an address that was wrong too often, whatever it asks for next."""
    address = address_of(request)
    guesses.tokens.check(address)
    link = ShareLink.opened_by(token, timezone.now())
    if link is None:
        guesses.tokens.count(address)
        raise Http404
    return link


# Under no-referrer browsers do not tell where a form comes from, so Django would refuse this one. All that another
# site can do with it is to unlock a page whose link and password it has.
@csrf_exempt
@for_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    link = link_of(request, token)
    if request.method == "POST":
        return unlock(request, link, token)
    if not is_unlocked(request, link):
        return render(request, "shares/password.html")
    if request.method == "GET":
        record(request, link, Part.PAGE)
    return render(request, "shares/shared.html", context_of(link, token, ZoneInfo(settings.TIME_ZONE)))


@for_anybody
@require_safe
def recording(request: HttpRequest, token: str) -> HttpResponseBase:
    """The sound, with ranges. Every range looks the link up anew, so that it ends in the middle of playing too."""
    link = link_of(request, token)
    found = getattr(link.call, "recording", None)
    has_sound = found is not None and found.state == RecordingState.READY
    if not (link.shows_audio and has_sound and is_unlocked(request, link)):
        raise Http404
    response = sound_of(request, link.call, is_shared=True)
    if request.method == "GET":
        record_play(request, link)
    response["Content-Disposition"] = "inline"  # the name of the download tells the phone number
    return response


def unlock(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Lets this browser in where the password is right. A guess counts before it is looked at."""
    guessed_by = (link.pk, address_of(request))
    if link.password:
        guesses.passwords.count(*guessed_by)
        if not link.is_password(request.POST.get("password", "")[:128]):
            return render(request, "shares/password.html", {"is_wrong": True}, status=403)
        guesses.passwords.forget(*guessed_by)
        request.session[session_key(link)] = True
    return redirect("shares:shared", token)


def is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    return not link.password or session_key(link) in request.session


def session_key(link: ShareLink) -> str:
    return f"share-link-{link.pk}"


def record(request: HttpRequest, link: ShareLink, part: Part) -> None:
    client, network = client_of(request), network_of(address_of(request))
    ShareView.objects.create(link=link, part=part, at=timezone.now(), client=client, network=network)


def record_play(request: HttpRequest, link: ShareLink) -> None:
    plays = link.views.filter(part=Part.RECORDING, at__gt=timezone.now() - ONE_PLAY)
    if not plays.filter(client=client_of(request), network=network_of(address_of(request))).exists():
        record(request, link, Part.RECORDING)
