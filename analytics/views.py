"""The page of analytics, and its parts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from analytics.cards import cards
from analytics.question import Question
from analytics.sections import SECTIONS, Section
from calls.htmx import is_for_part
from calls.panel import FOLDED, are_days_shown, kept, page_errors, panel


@require_safe
@cache_control(private=True, no_store=True)
def overview(request: HttpRequest) -> HttpResponse:
    """All sections: the first one at once, the others when they come into view."""
    return page(request, list(SECTIONS.values()))


@require_safe
@cache_control(private=True, no_store=True)
@vary_on_headers("HX-Request")
def section(request: HttpRequest, name: str) -> HttpResponse:
    """One section: alone on its page, or for htmx to put into one."""
    if name not in SECTIONS:
        raise Http404
    if not is_for_part(request):
        return page(request, [SECTIONS[name]])
    return HttpResponse(part(SECTIONS[name], Question.from_request(request)))


@require_safe
@cache_control(private=True, no_store=True)
def metrics(request: HttpRequest) -> HttpResponse:
    """The key metrics of a selection, for htmx to put above the table of calls."""
    question = Question.from_request(request)
    return HttpResponse(render_to_string("analytics/metrics.jinja", key_metrics(question)))


def page(request: HttpRequest, shown: list[Section]) -> HttpResponse:
    question = Question.from_request(request)
    selection = question.selection
    fields = panel(selection)
    first, *later = shown
    context = {
        "list_url": request.path,
        "options_url": reverse("calls:options", args=["name"]).removesuffix("name/"),
        "panel": fields,
        "days_are_shown": are_days_shown(fields),
        "more_is_open": any(fields[name].value or fields[name].error for name in FOLDED),
        "kept": kept(selection),
        "beside": question.own_query,
        "chips": selection.chips(),
        "errors": page_errors(selection),
        "is_valid": selection.is_valid(),
        "description": selection.describe(),
        "question": question,
        "first": part(first, question) if selection.is_valid() else "",
        "later": [(section, address(section, question)) for section in later],
        **(key_metrics(question) if selection.is_valid() else {}),
    }
    content = mark_safe(render_to_string("analytics/page.jinja", context))  # noqa: S308 - Jinja2 has escaped it
    return render(request, "analytics/overview.html", {"content": content})


def key_metrics(question: Question) -> dict[str, Any]:
    return {
        "cards": cards(question.metrics),
        "calls_url": reverse("calls:list"),
    }


def first_section() -> Section:
    return next(iter(SECTIONS.values()))


def address(section: Section, question: Question) -> str:
    return f"{reverse('analytics:section', args=[section.name])}?{question.query()}"


def part(section: Section, question: Question) -> str:
    overview_url = reverse("analytics:overview")
    section_url = reverse("analytics:section", args=[section.name])
    context = {
        "section": section,
        "question": question,
        "calls_url": reverse("calls:list"),
        "overview_url": overview_url,
        "section_url": section_url,
        # Without JavaScript the overview has the first section only.
        "own_url": overview_url if section is first_section() else section_url,
        **section.read(question),
    }
    return render_to_string(f"analytics/{section.name}.jinja", context)
