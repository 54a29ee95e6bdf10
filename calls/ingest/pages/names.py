"""/sources/assistants/ and /sources/campaigns/: names that platforms gave, corrected and merged."""

from __future__ import annotations

import logging
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from calls.criteria import parse_id
from calls.ingest.pages.access import KEEPS_SOURCES, SignedInRequest, needs
from calls.ingest.pages.deliveries import COUNT_CAP
from calls.ingest.pages.forms import NameForm
from calls.models import Assistant, Campaign, OnPlatform
from calls.paging import capped_count

logger = logging.getLogger(__name__)
private = cache_control(private=True, no_store=True)

KINDS: dict[str, type[OnPlatform]] = {"assistants": Assistant, "campaigns": Campaign}
NOT_MERGED = Q(merged_into=None)
ON_A_PAGE = 50
MOST_FOUND = 20


@require_safe
@needs(KEEPS_SOURCES)
@private
def name_list(request: HttpRequest, kind: str) -> HttpResponse:
    find = request.GET.get("find", "").strip()
    rows = Paginator(found(kind, find), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "intake/name_list.html", {"kind": kind, "kinds": list(KINDS), "find": find, "page": rows})


def found(kind: str, find: str) -> Any:
    """Those that were not merged into others, with this in their name or id."""
    rows = KINDS[kind]._default_manager.filter(NOT_MERGED).order_by("name", "pk")
    return rows.filter(Q(name__icontains=find) | Q(external_id__icontains=find)) if "\0" not in find else rows.none()


@require_safe
@needs(KEEPS_SOURCES)
@private
def name_detail(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    return page(request, kind, one(kind, pk))


def page(
    request: HttpRequest, kind: str, thing: OnPlatform, form: NameForm | None = None, status: int = 200
) -> HttpResponse:
    """`?find=` looks for others to merge it into, `?into=` asks whether to merge it into that one."""
    find, into = request.GET.get("find", "").strip(), request.GET.get("into", "")
    context = {
        "kind": kind,
        "word": kind.removesuffix("s"),
        "thing": thing,
        "form": form or NameForm({"name": thing.name}),
        "calls": counted(thing),
        "merged": thing.merged.order_by("name"),  # type: ignore[attr-defined]
        "find": find,
        "others": found(kind, find).exclude(pk=thing.pk)[:MOST_FOUND] if find else [],
        "into": other(kind, thing, into) if into else None,
    }
    return render(request, "intake/name_detail.html", context, status=status)


def counted(thing: OnPlatform) -> str:
    number = capped_count(thing.calls)  # type: ignore[attr-defined]
    return f"{COUNT_CAP:,}+ calls" if number > COUNT_CAP else f"{number:,} call{'' if number == 1 else 's'}"


def one(kind: str, pk: int) -> OnPlatform:
    return get_object_or_404(KINDS[kind]._default_manager.filter(NOT_MERGED), pk=pk)


def other(kind: str, thing: OnPlatform, text: str) -> OnPlatform:
    """The one that is to take over its calls."""
    try:
        pk = parse_id(text)
    except ValueError:
        raise Http404 from None
    if pk == thing.pk:
        raise Http404
    return one(kind, pk)


@require_POST
@needs(KEEPS_SOURCES)
@private
def rename(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    thing, form = one(kind, pk), NameForm(request.POST)
    if not form.is_valid():
        return page(request, kind, thing, form, status=422)
    thing.rename(form.cleaned_data["name"])
    logger.info("%s renamed %s %s", request.user, kind, pk)
    return redirect("intake:name", kind, pk)


@require_POST
@needs(KEEPS_SOURCES)
def merge(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    thing = one(kind, pk)
    into = other(kind, thing, request.POST.get("into", ""))
    thing.merge_into(into)
    logger.info("%s merged %s %s into %s", request.user, kind, pk, into.pk)
    return redirect("intake:name", kind, into.pk)
