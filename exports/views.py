"""The exports of a user: the dialog, the list, one export, its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from calls.filters import CallFilter
from exports import download as downloads
from exports import jobs, schedules
from exports.files import BadSelection, problems
from exports.forms import ExportForm, offer, preferred, sent
from exports.jobs import TooManyAtOnce
from exports.models import ExportJob, ExportSchedule, State
from exports.names import in_words
from exports.showing import as_json, shown, shown_schedule

ON_A_PAGE = 50
BAD_REQUEST, TOO_MANY_REQUESTS, CONFLICT = 400, 429, 409

private = cache_control(private=True, no_store=True)


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


@require_http_methods(["GET", "HEAD", "POST"])
@private
@vary_on_headers("Accept", "HX-Request")
def index(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return create(request)
    page = Paginator(ExportJob.objects.of(request.user).order_by("-created_at", "-pk"), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    if wants_json(request):
        return JsonResponse({"exports": [as_json(job, request.user) for job in page]})
    exports = [shown(job, request.user) for job in page]
    repeated = [shown_schedule(one) for one in ExportSchedule.objects.filter(user=request.user.pk).order_by("next_at")]
    return render(request, "exports/export_list.html", {"exports": exports, "page": page, "repeated": repeated})


def create(request: HttpRequest) -> HttpResponse:
    """202 with the address of the export for programs, the list for people."""
    try:
        parameters, fields = sent(request)
    except ValueError as error:
        return refused(request, {"body": [f"takes JSON: {error}"]}, BAD_REQUEST)
    form, selection = ExportForm(fields), CallFilter.for_user(parameters, request.user)
    if not selection.is_valid() or not form.is_valid():
        return refused(request, {**errors_of(selection.form), **errors_of(form)}, BAD_REQUEST, selection)
    try:
        job = jobs.request_export(selection, form.choice, request.user)
        if every := form.cleaned_data["repeat"]:
            skip_empty = form.cleaned_data["skip_empty"]
            schedules.repeat(selection, form.choice, request.user, every, skip_empty=skip_empty)
    except TooManyAtOnce as error:
        return refused(request, {"": [str(error)]}, TOO_MANY_REQUESTS, selection)
    if wants_json(request):
        return JsonResponse(as_json(job, request.user), status=202, headers={"Location": job.get_absolute_url()})
    return HttpResponseRedirect(place_of(job))


def errors_of(form: Any) -> dict[str, list[str]]:
    """The messages by field; "" for what belongs to none."""
    return {"" if name == "__all__" else name: list(messages) for name, messages in form.errors.items()}


def refused(
    request: HttpRequest, errors: dict[str, list[str]], status: int, selection: CallFilter | None = None
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": errors}, status=status)
    lines = [f"{name}: {message}" if name else message for name, messages in errors.items() for message in messages]
    return dialog(request, selection or CallFilter.for_user(QueryDict(), request.user), lines, status)


@require_safe
@private
@vary_on_headers("HX-Request")
def new(request: HttpRequest) -> HttpResponse:
    """The choices for the selection in the address; the log, which shows them in a dialog, gets them without the
    page."""
    selection = CallFilter.from_request(request)
    lines = problems(selection)
    return dialog(request, selection, lines, BAD_REQUEST if lines else 200)


def dialog(request: HttpRequest, selection: CallFilter, lines: list[str], status: int) -> HttpResponse:
    query = selection.query(size=None)
    is_valid = selection.is_valid()
    context = {
        "errors": lines,
        "is_valid": is_valid,
        "count": counted(selection.qs.count()),
        "description": in_words(selection) if is_valid else "",
        "query": query,
        "log_url": f"{reverse('calls:list')}{'?' if query else ''}{query}",
        "has_email": bool(settings.EMAIL_URL and getattr(request.user, "email", "")),
        **offer(preferred(request.user)),
    }
    template = "exports/_form.html" if "HX-Request" in request.headers else "exports/export_new.html"
    return render(request, template, context, status=status)


def counted(calls: int) -> str:
    return f"{calls:,} {'call' if calls == 1 else 'calls'}"


@require_safe
@private
@vary_on_headers("Accept", "HX-Request")
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One export. htmx, which follows a running one in the list, gets its part of the list."""
    job = own(request, uuid)
    if "HX-Request" in request.headers:
        return render(
            request, "exports/_export.html", {"export": shown(job, request.user), "is_news": not job.is_active}
        )
    if wants_json(request):
        return JsonResponse(as_json(job, request.user))
    return render(request, "exports/export_detail.html", {"export": shown(job, request.user)})


@require_safe
def download(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    job = own(request, uuid)
    if job.state != State.DONE or not job.may_be_read_by(request.user):
        raise Http404
    return downloads.answer(request, job)


def own(request: HttpRequest, uuid: UUID) -> ExportJob:
    return get_object_or_404(ExportJob.objects.of(request.user).select_related("user"), uuid=uuid)


def place_of(job: ExportJob) -> str:
    return f"{reverse('exports:list')}#export-{job.uuid}"


def action(change: Callable[[HttpRequest, ExportJob], ExportJob | None]) -> Callable[..., HttpResponse]:
    """A view that changes an own export and goes back to the list, at the export that is the result."""

    @require_POST
    @private
    def view(request: HttpRequest, uuid: UUID) -> HttpResponse:
        job = own(request, uuid)
        try:
            result = change(request, job)
        except (TooManyAtOnce, BadSelection) as error:
            status = TOO_MANY_REQUESTS if isinstance(error, TooManyAtOnce) else BAD_REQUEST
            return refused(request, {"": [str(error)]}, status, CallFilter.for_user(QueryDict(job.query), request.user))
        if wants_json(request):
            return HttpResponse(status=204) if result is None else JsonResponse(as_json(result, request.user))
        return HttpResponseRedirect(place_of(result) if result else reverse("exports:list"))

    return view


def do_cancel(request: HttpRequest, job: ExportJob) -> ExportJob:
    jobs.cancel(job)
    return own(request, job.uuid)


def do_retry(request: HttpRequest, job: ExportJob) -> ExportJob:
    jobs.retry(job)
    return own(request, job.uuid)


def do_again(request: HttpRequest, job: ExportJob) -> ExportJob:
    return jobs.again(job, request.user)


def do_delete(request: HttpRequest, job: ExportJob) -> None:
    jobs.delete(job)


cancel, retry, again, delete = (action(change) for change in (do_cancel, do_retry, do_again, do_delete))


@require_POST
@private
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End a repeated export; the files that it made stay."""
    get_object_or_404(ExportSchedule, pk=pk, user=request.user.pk).delete()
    return HttpResponseRedirect(reverse("exports:list"))
