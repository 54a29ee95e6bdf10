"""The pages of the call log: the list, and one call."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from calls import detail, tables
from calls.annotations.shown import annotations_of
from calls.choices import LIVE_STATUSES
from calls.criteria import PERIOD_DAYS, PERIODS, RANGE_PARAMETERS
from calls.filters import DEFAULT_ORDER, CallFilter
from calls.htmx import is_for_part
from calls.listing import Place, read_list
from calls.live import call_version, is_followed, live_url, log_version, unless_same
from calls.models import Call
from calls.neighbours import neighbours_of
from calls.paging import LAST, Page, Token, capped_count, newer_than
from calls.panel import FOLDED, are_days_shown, found_options, kept, page_errors, panel, sizes
from calls.parameters import SIZES, parse_id
from calls.querysets import CallQuerySet, User, WrittenOnce, sees_all_assistants


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


@require_safe
@cache_control(private=True, no_store=True)
def call_list(request: HttpRequest) -> HttpResponse:
    selection = CallFilter.from_request(request)
    page, place = read_list(selection, tables.VALUES)
    fields = panel(selection)
    context = {
        "list_url": request.path,
        "options_url": f"{request.path}options/",
        "is_valid": selection.is_valid(),
        "description": selection.describe(),
        "panel": fields,
        "days_are_shown": are_days_shown(fields),
        "more_is_open": any(fields[name].value or fields[name].error for name in FOLDED),
        "kept": kept(selection),
        "chips": selection.chips(),
        "errors": page_errors(selection),
        "headers": tables.headers(selection),
        "rows": tables.rows(page.rows, selection),
        "place": place,
        "links": page_links(page, selection),
        "sizes": sizes(selection),
        "export_url": f"{reverse('exports:new')}?{selection.query()}" if page.rows else "",
        "export_label": f"Export {Place(None, None, place.total)}",
        "wider": [] if page.rows else wider_ranges(selection),
        "updates_url": updates_url(page, selection),
        "metrics_url": f"{reverse('analytics:metrics')}?{selection.query()}" if page.rows else "",
        "analytics_url": f"{reverse('analytics:overview')}?{selection.query(sort=None, size=None)}",
    }
    # Jinja2 escapes as Django does, but does not mark its text as escaped.
    log = mark_safe(render_to_string("calls/log.jinja", context))  # noqa: S308
    return render(request, "calls/call_list.html", {"log": log})


@require_safe
@cache_control(private=True, no_store=True)
def updates(request: HttpRequest, newest: str, live: str) -> HttpResponse:
    """How many calls of the selection began after the newest one shown, and the rows of live calls as they are now.

    `newest` is a page token, `live` the ids of the calls that were live when the page was read; either may be "-".
    Nothing on the page moves: new calls are announced, rows are replaced where they stand.
    """
    try:
        token = Token.parse(newest, DEFAULT_ORDER) if newest != "-" else None
        ids = [parse_id(text) for text in live.split(",") if text != "-"][: max(SIZES)]
    except ValueError:
        raise Http404 from None
    return unless_same(request, log_version(request), lambda: news(request, token, ids))


def news(request: HttpRequest, token: Token | None, ids: list[int]) -> HttpResponse:
    selection = CallFilter.from_request(request)
    calls = selection.queryset.filter(pk__in=ids).values(*tables.VALUES) if ids else ()
    context = {
        "oob": True,
        "list_url": reverse("calls:list"),
        "query": selection.query(),
        "count": capped_count(newer_than(token, selection.qs) if token else selection.qs),
        "rows": tables.rows(list(calls), selection),
    }
    return HttpResponse(render_to_string("calls/updates.jinja", context))


@require_safe
@cache_control(private=True, no_store=True)
def options(request: HttpRequest, name: str) -> HttpResponse:
    """The choices of a filter that has too many to list, by a part of their name: `?find=text`, and those chosen."""
    if name not in ("assistant", "campaign"):
        raise Http404
    chosen = request.GET.copy()
    find = "".join(chosen.pop("find", []))
    field = found_options(name, find, CallFilter.for_user(chosen, request.user))
    return HttpResponse(render_to_string("calls/options.jinja", {"field": field}))


def updates_url(page: Page, selection: CallFilter) -> str:
    """Where the page asks what became of its live calls and which calls are new; "" where nothing is followed: on
    later pages, in another order than newest first, and where the filters are not understood."""
    if not selection.is_valid() or page.before or selection.order != DEFAULT_ORDER:
        return ""
    newest = Token.of(page.rows[0], selection.order, None) if page.rows else "-"
    live = ",".join(str(row["id"]) for row in page.rows if row["status"] in LIVE_STATUSES)
    return f"{reverse('calls:updates', args=[newest, live or '-'])}?{selection.query()}"


def page_links(page: Page, selection: CallFilter) -> list[tuple[str, str, str]]:
    """Label, relation and query string of the links to other pages; the query is "" for those that are not there."""
    before = selection.query_of_page("before", page.before) if page.before else ""
    after = selection.query_of_page("after", page.after) if page.after else ""
    return [
        ("First", "first", selection.query() if before else ""),
        ("Previous", "prev", before),
        ("Next", "next", after),
        ("Last", "last", selection.query_of_page("before", LAST) if after else ""),
    ]


@dataclass(frozen=True)
class WiderRange:
    """A range of days that has calls where the chosen one has none."""

    label: str
    query: str
    total: str


def wider_ranges(selection: CallFilter) -> list[WiderRange]:
    """The narrowest period in which the selection has calls, and all time; empty when the range hides nothing."""
    if not any(selection.chosen(name) for name in RANGE_PARAMETERS):
        return []
    newest = selection.qs_within("all").order_by("started_at").values_list("started_at", flat=True).last()
    if newest is None:
        return []
    zone = selection.selection.zone
    days_ago = (selection.selection.today - newest.astimezone(zone).date()).days
    narrowest = [period for period, days in PERIOD_DAYS.items() if 0 <= days_ago < days][:1]
    return [_wider_range(selection, period) for period in (*narrowest, "all")]


def _wider_range(selection: CallFilter, period: str) -> WiderRange:
    total = capped_count(selection.qs_within(period))
    return WiderRange(PERIODS[period].lower(), selection.query_within(period), str(Place(None, None, total)))


@require_safe
@cache_control(private=True, no_store=True)
@vary_on_headers("HX-Request")
def call_detail(request: HtmxHttpRequest, uuid: UUID) -> HttpResponse:
    """The page of a call; htmx, which unfolds a call inside the list, gets the part without the frame."""
    return show_call(request, uuid, request.GET.get("list", ""))


@require_safe
@cache_control(private=True, no_store=True)
def call_live(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The part of a call that is followed while it goes on, for a page that shows it already."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("recording"), uuid=uuid)
    return unless_same(request, call_version(call), lambda: show_call(request, uuid, request.GET.get("list", "")))


def show_call(
    request: HttpRequest, uuid: UUID, list_query: str, status: int = 200, **messages: dict[str, str]
) -> HttpResponse:
    """`list_query` is the query string of the list that the reader came from, "" for the whole log; `messages` are
    those about what the reader wanted to add (see calls.annotations.shown)."""
    call = call_to_show(uuid, request.user)
    is_part = is_for_part(request)
    every_answer = request.GET.get("answers") == "all"
    context = detail.context_of(call, ZoneInfo(settings.TIME_ZONE), list_query, every_answer=every_answer)
    context["live_url"] = live_url(call, list_query) if is_followed(call, timezone.now()) else ""
    context["deliveries_url"] = deliveries_url(call, request.user)
    context["annotations"] = annotations_of(call, request, list_query, **messages)
    part = mark_safe(render_to_string("calls/call.jinja", context | {"is_part": is_part}))  # noqa: S308 - as above
    if is_part:
        return HttpResponse(part)
    context["neighbours"] = neighbours_of(call, list_query, request.user)
    return render(request, "calls/call_detail.html", {**context, "part": part}, status=status)


def calls_to_show(user: User | None) -> CallQuerySet:
    """Those of everybody for None."""
    calls = Call.objects.visible_to(user) if user else Call.objects.all()
    return calls.select_related("campaign", "recording", "transcript").defer("transcript__words")


ANY_CALL = WrittenOnce(lambda: calls_to_show(None).filter(uuid=UUID(int=0)))


def call_to_show(uuid: UUID, user: User) -> Call:
    if not sees_all_assistants(user):
        return get_object_or_404(calls_to_show(user), uuid=uuid)
    for call in ANY_CALL.objects(uuid):
        return call
    raise Http404


def deliveries_url(call: Call, user: User) -> str:
    """What arrived for the call; "" for users who may not see it."""
    return f"{reverse('intake:deliveries')}?call={call.uuid}" if user.has_perm("ingest.view_delivery") else ""
