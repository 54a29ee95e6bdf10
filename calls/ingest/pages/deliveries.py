"""/deliveries/: what arrived and what became of it; processing it once more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.pages.access import KEEPS_SOURCES, PROCESSES_AGAIN, SEES_DELIVERIES, needs
from calls.ingest.pages.selection import VALUES, DeliverySelection
from calls.ingest.pages.shown import pretty_body, shown
from calls.ingest.processing import process_again
from calls.ingest.providers import PROVIDERS
from calls.paging import COUNT_CAP, Page, capped_count

# Where a delivery comes from that somebody sent to try a source; no file is called so.
TEST_ORIGIN = "test by "

private = cache_control(private=True, no_store=True)


@require_safe
@needs(SEES_DELIVERIES)
@private
def delivery_list(request: HttpRequest) -> HttpResponse:
    selection = DeliverySelection(request.GET)
    page = selection.page()
    failed = failed_of(selection)
    context = {
        "selection": selection,
        "deliveries": [shown(row) for row in page.rows],
        "total": counted(capped_count(selection.qs)),
        "states": state_links(selection),
        "providers": list(PROVIDERS),
        "links": page_links(page, selection),
        "failed": counted(capped_count(failed)) if request.user.has_perm(PROCESSES_AGAIN) and failed.exists() else "",
        "life_days": settings.DELIVERY_LIFE_DAYS,
    }
    return render(request, "intake/delivery_list.html", context, status=200 if selection.is_valid else 400)


def counted(number: int) -> str:
    return f"{COUNT_CAP:,}+ deliveries" if number > COUNT_CAP else f"{number:,} deliver{'y' if number == 1 else 'ies'}"


def state_links(selection: DeliverySelection) -> list[tuple[str, str, bool]]:
    """Label, query string, and whether it is the chosen one."""
    chosen = selection.values.get("state")
    links = [("All", selection.query(state=None), not chosen)]
    return links + [(state.label, selection.query(state=state.value), chosen == state) for state in DeliveryState]


def page_links(page: Page, selection: DeliverySelection) -> list[tuple[str, str, str]]:
    """Label, relation and query string; the query is "" for a page that is not there."""
    newer = selection.query(before=page.before) if page.before else ""
    older = selection.query(after=page.after) if page.after else ""
    return [("Newer", "prev", newer), ("Older", "next", older)]


def failed_of(selection: DeliverySelection) -> QuerySet[Delivery]:
    """What was rejected among the selected, whichever state is chosen."""
    return selection.without_state().qs.filter(state=DeliveryState.REJECTED).exclude(body=b"")


@require_safe
@needs(SEES_DELIVERIES)
@private
@vary_on_headers("HX-Request")
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery. htmx, which follows one that waits, gets the part that changes."""
    delivery = get_object_or_404(Delivery.objects.select_related("call"), pk=pk)
    context: dict[str, Any] = {
        "delivery": delivery,
        "shown": shown(Delivery.objects.values(*VALUES).get(pk=pk)),
        "may_process": request.user.has_perm(PROCESSES_AGAIN),
        "is_test": is_test(delivery) and request.user.has_perm(KEEPS_SOURCES),
        "life_days": settings.DELIVERY_LIFE_DAYS,
    }
    if "HX-Request" in request.headers:
        return render(request, "intake/_outcome.html", context)
    context["body"] = pretty_body(delivery.provider, delivery.raw)
    return render(request, "intake/delivery_detail.html", context)


@require_POST
@needs(PROCESSES_AGAIN)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Delivery, pk=pk)
    process_again(Delivery.objects.filter(pk=pk))
    return redirect("intake:delivery", pk)


@require_POST
@needs(PROCESSES_AGAIN)
def again_all(request: HttpRequest) -> HttpResponse:
    """All that were rejected among those that the query string selects."""
    selection = DeliverySelection(request.GET)
    process_again(failed_of(selection))
    query = selection.query(state=None)
    return redirect(f"{reverse('intake:deliveries')}{'?' if query else ''}{query}")


@require_POST
@needs(KEEPS_SOURCES)
def remove_test(request: HttpRequest, pk: int) -> HttpResponse:
    """A test delivery goes with its call, if that is of tests only, and with the assistant that only the test had."""
    delivery = get_object_or_404(Delivery.objects.select_related("call"), pk=pk)
    if not is_test(delivery):
        raise Http404
    call = delivery.call
    delivery.delete()
    if call and not call.deliveries.exclude(origin__startswith=TEST_ORIGIN).exists():
        assistant = call.assistant
        call.deliveries.all().delete()
        call.delete()
        if assistant and not assistant.calls.exists():
            assistant.delete()
    return redirect("intake:source", delivery.provider)


def is_test(delivery: Delivery) -> bool:
    return delivery.origin.startswith(TEST_ORIGIN)
