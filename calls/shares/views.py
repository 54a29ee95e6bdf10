"""Making links to a call, and taking them back: for signed-in users who may share it."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from calls.access import may_share
from calls.detail import addresses, heading
from calls.filters import list_suffix
from calls.format import UNKNOWN, format_moment
from calls.models import Call
from calls.shares.forms import ShareForm
from calls.shares.models import Part, ShareLink, ShareView

logger = logging.getLogger(__name__)

VIEWS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def links(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The links to a call and the form for a new one. The answer to the form is the only page that tells the new
    link: kept for a page after it, the token would have to be stored."""
    call = call_to_share(request, uuid)
    now, new_url = timezone.now(), ""
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        link, token = ShareLink.make(call=call, created_by=request.user, now=now, **form.cleaned_data)
        logger.info("%s made %s, until %s", request.user, link, link.expires_at.isoformat())
        new_url, form = settings.PUBLIC_URL + reverse("shares:shared", args=[token]), ShareForm()
    list_query = request.GET.get("list", "")
    context = {
        "call": call,
        "call_url": addresses(call, list_query)["page_url"],
        "list_suffix": list_suffix(list_query),
        "heading": heading(call),
        "started": format_moment(call.started_at, zone()),
        "form": form,
        "new_url": new_url,
        "links": links_of(call, now),
    }
    return render(request, "shares/links.html", context, status=422 if form.errors else 201 if new_url else 200)


@require_POST
def revoke(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Takes a link back for good. Whoever may share the call may do so with all its links."""
    link = get_object_or_404(call_to_share(request, uuid).share_links, pk=pk)
    if ShareLink.objects.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=request.user):
        logger.info("%s revoked %s", request.user, link)
    return redirect(reverse("shares:links", args=[uuid]) + list_suffix(request.GET.get("list", "")))


def call_to_share(request: HttpRequest, uuid: UUID) -> Call:
    call = get_object_or_404(Call.objects.visible_to(request.user), uuid=uuid)
    if not may_share(request.user):
        raise PermissionDenied
    return call


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


@dataclass(frozen=True)
class LinkShown:
    """A link as the list shows it. `state` is live, ended, revoked or stopped; `words` say it with the time."""

    pk: int
    state: str
    words: str
    shows: str
    note: str
    has_password: bool
    made: str
    views: str
    last_view: str
    log: list[tuple[str, str, str]]


def links_of(call: Call, now: datetime) -> list[LinkShown]:
    """Newest first. A maker who lost the right is found out once for all their links."""
    found = list(call.share_links.with_views().select_related("created_by", "revoked_by").order_by("-pk"))
    logs = view_logs(found)
    makers = {link.created_by_id: link for link in found}
    have_rights = {pk: link.has_maker_with_rights() for pk, link in makers.items()}
    return [link_shown(link, logs[link.pk], now, stopped=not have_rights[link.created_by_id]) for link in found]


def view_logs(links: list[ShareLink]) -> dict[int, list[tuple[str, str, str]]]:
    """When, what and by whom, for the last views of each link."""
    logs: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for view in ShareView.objects.filter(link__in=links).order_by("-at")[: VIEWS_SHOWN * 10]:
        if len(logs[view.link_id]) < VIEWS_SHOWN:
            who = ", ".join(filter(None, [view.client, view.network]))
            logs[view.link_id].append((format_moment(view.at, zone()), Part(view.part).label, who))
    return logs


def link_shown(link: ShareLink, log: list[tuple[str, str, str]], now: datetime, *, stopped: bool) -> LinkShown:
    state, words = state_of(link, now, stopped=stopped)
    return LinkShown(
        pk=link.pk,
        state=state,
        words=words,
        shows=", ".join(link.shown()),
        note=link.note,
        has_password=bool(link.password),
        made=f"{format_moment(link.created_at, zone())} by {name_of(link.created_by)}",
        views=f"{counted(link.page_views, 'view')}, {counted(link.plays, 'play')}",
        last_view=format_moment(link.last_view, zone()) if link.last_view else UNKNOWN,
        log=log,
    )


def state_of(link: ShareLink, now: datetime, *, stopped: bool) -> tuple[str, str]:
    if link.revoked_at:
        return "revoked", f"Revoked {format_moment(link.revoked_at, zone())} by {name_of(link.revoked_by)}"
    if link.expires_at <= now:
        return "ended", f"Ended {format_moment(link.expires_at, zone())}"
    if stopped:
        return "stopped", "Stopped: whoever made it may no longer share this call"
    return "live", f"Works until {format_moment(link.expires_at, zone())}"


def name_of(user: AbstractUser | None) -> str:
    return user.get_username() if user else "a user who was removed"


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
