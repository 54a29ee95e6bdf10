"""Adding to a call and taking away: forms that come back to its page, or with htmx to their part of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from calls.annotations.models import NOTE_LENGTH, TAG_LENGTH, CallTag, Note, Star, Tag, tag_key
from calls.annotations.shown import annotations_of, may_remove
from calls.detail import addresses
from calls.htmx import is_for_part
from calls.models import Call
from calls.views import show_call

MOST_TAGS = 30


class SignedInRequest(HttpRequest):
    user: User


# Does something with the call; returns what is wrong, "" for nothing.
Action = Callable[[SignedInRequest, Call], str]
View = Callable[[SignedInRequest, UUID], HttpResponse]


def form_of(part: str) -> Callable[[Action], View]:
    """A form of the call's page: `part` is the note or the tag, whose template is shown again."""

    def decorate(action: Action) -> View:
        @require_POST
        @cache_control(private=True, no_store=True)
        def view(request: SignedInRequest, uuid: UUID) -> HttpResponse:
            call = get_object_or_404(Call.objects.visible_to(request.user), uuid=uuid)
            return answer(request, call, part, action(request, call))

        return view

    return decorate


def answer(request: SignedInRequest, call: Call, part: str, error: str) -> HttpResponse:
    list_query = request.POST.get("list", "")
    messages = {"errors": {part: error}, "typed": {part: request.POST.get(part, "")}} if error else {}
    if is_for_part(request):  # with status 200, since htmx shows no others
        annotations = annotations_of(call, request, list_query, **messages)
        context = {"annotations": annotations, "call": call, "icons_url": static("img/icons.svg")}
        return HttpResponse(render_to_string(f"calls/{part}s.jinja", context))
    if error:
        return show_call(request, call.uuid, list_query, status=422, **messages)
    return redirect(f"{addresses(call, list_query)['page_url']}#{part}s-{call.pk}")


@form_of("tag")
def star(request: SignedInRequest, call: Call) -> str:
    if request.POST.get("starred") == "true":
        Star.objects.get_or_create(call=call, user=request.user)
    else:
        Star.objects.filter(call=call, user=request.user).delete()
    return ""


@form_of("tag")
def add_tag(request: SignedInRequest, call: Call) -> str:
    name = request.POST.get("tag", "").replace("\0", "")
    if not tag_key(name):
        return "A tag takes a word."
    if len(name) > TAG_LENGTH:
        return f"A tag takes up to {TAG_LENGTH} characters."
    if call.call_tags.count() >= MOST_TAGS:
        return f"A call takes up to {MOST_TAGS} tags."
    CallTag.objects.get_or_create(call=call, tag=Tag.named(name), defaults={"added_by": request.user})
    return ""


@form_of("tag")
def remove_tag(request: SignedInRequest, call: Call) -> str:
    """Whoever sees the call may. A tag that no call has is forgotten."""
    removed = call.call_tags.filter(tag__key=tag_key(request.POST.get("name", "")))
    tags = list(removed.values_list("tag", flat=True))
    removed.delete()
    Tag.objects.filter(pk__in=tags, call_tags=None).delete()
    return ""


@form_of("note")
def add_note(request: SignedInRequest, call: Call) -> str:
    text = request.POST.get("note", "").replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        return "A note takes some words."
    if len(text) > NOTE_LENGTH:
        return f"A note takes up to {NOTE_LENGTH:,} characters; this has {len(text):,}."
    Note.objects.create(call=call, author=request.user, text=text)
    return ""


@form_of("note")
def remove_note(request: SignedInRequest, call: Call) -> str:
    pk = request.POST.get("pk", "")
    note = get_object_or_404(call.notes, pk=int(pk) if pk.isdecimal() and len(pk) <= 18 else 0)
    if not may_remove(note.author_id, request.user):
        raise PermissionDenied
    note.delete()
    return ""
