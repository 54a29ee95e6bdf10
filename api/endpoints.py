"""/api/v1/: what programs may ask and send. Everything is limited to the calls that the token's user may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from api import rows, sending
from api.access import TokenRequest, reads, writes
from api.parameters import parameters
from api.problems import CONTENT_TYPE, Problem, error, errors_of_selection, internal
from api.schemas import CallPage, FullCall, NativeCall, ProblemDetails, SentResult, SentResults
from calls.filters import DEFAULT_ORDER, CallFilter
from calls.ingest.arrivals import Outcome
from calls.listing import read_list
from calls.models import Call
from calls.paging import COLUMNS, COUNT_CAP

api = NinjaAPI(
    title="Callmon",
    version="1",
    description="The calls of your AI voice assistants. Errors are problem details (RFC 9457) that name the field.",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
JSON = "application/json"
# What a page is read with: the columns of every order.
VALUES = sorted({column for columns in COLUMNS.values() for column in columns})
MULTI_STATUS = 207
REFERENCE = "#/components/schemas/{model}"


@api.exception_handler(Problem)
def answer_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.answer()


@api.exception_handler(AuthenticationError)
def answer_unknown(request: HttpRequest, exception: AuthenticationError) -> HttpResponse:
    detail = "Send a token that works: Authorization: Bearer callmon_…"
    return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"}).answer()


@api.exception_handler(ValidationError)
def answer_invalid(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    errors = [error(str(one["loc"][-1]), str(one["msg"])) for one in exception.errors]
    return Problem(400, "A parameter is not understood.", errors).answer()


api.add_exception_handler(Exception, internal)


def problems(*statuses: int) -> dict[int, Any]:
    """The problems that an operation may answer with, for the document."""
    schema = {"$ref": REFERENCE.format(model="ProblemDetails")}
    return {status: {"description": "A problem.", "content": {CONTENT_TYPE: {"schema": schema}}} for status in statuses}


@api.get(
    "/calls",
    auth=reads,
    response=CallPage,
    summary="Calls, newest first or as sorted",
    operation_id="list_calls",
    openapi_extra={"parameters": parameters(), "responses": problems(400, 401, 403)},
)
def list_calls(request: TokenRequest) -> HttpResponse:
    """With the filters of the log. An unknown parameter or an invalid value is a problem, never passed over."""
    selection = CallFilter.for_user(request.GET, request.auth.user)
    if not selection.is_valid():
        raise Problem(
            400, "The filters are not understood, so no calls are selected.", errors_of_selection(selection.form)
        )
    page, place = read_list(selection, VALUES)
    calls = Call.objects.filter(pk__in=[row["id"] for row in page.rows])
    body = rows.listed(
        rows.in_list(calls, selection.order),
        total=place.total if place.total <= COUNT_CAP else None,
        next=address(selection.query_of_page("after", page.after)) if page.after else None,
        previous=address(selection.query_of_page("before", page.before)) if page.before else None,
    )
    return HttpResponse(body, content_type=JSON)


def address(query: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('api:list_calls')}?{query}"


@api.get(
    "/calls/{uuid:uuid}",
    auth=reads,
    response=FullCall,
    summary="One call with everything",
    operation_id="read_call",
    openapi_extra={"responses": problems(401, 403, 404)},
)
def read_call(request: TokenRequest, uuid: UUID) -> HttpResponse:
    """What the token's user may not see is not found."""
    found = rows.in_full(Call.objects.visible_to(request.auth.user).filter(uuid=uuid), DEFAULT_ORDER)
    if not found:
        raise Problem(404, "There is no such call.")
    return HttpResponse(found[0], content_type=JSON)


NATIVE = {"$ref": REFERENCE.format(model="NativeCall")}
SENT = {"oneOf": [NATIVE, {"type": "array", "items": NATIVE, "minItems": 1, "maxItems": sending.MOST_CALLS}]}


@api.post(
    "/calls",
    auth=writes,
    response={200: SentResults | SentResult, 201: SentResult, MULTI_STATUS: SentResults},
    summary="Send calls",
    operation_id="send_calls",
    openapi_extra={
        "requestBody": {"required": True, "content": {JSON: {"schema": SENT}}},
        "responses": problems(400, 401, 403, 413, 422),
    },
)
def send_calls(request: TokenRequest, all_or_nothing: bool = False) -> HttpResponse:
    """One call, or a list of up to 1,000. A call that is known by its source and id is updated.

    One call is answered with 201, 200 when it was known, 422 when it is rejected. A list is answered with a result for
    each: 200, or 207 when some are rejected; with all_or_nothing=true these are a problem (422) and nothing is kept.
    """
    records, is_list = sending.records_of(sending.body_of(request))
    arrivals = (sending.send_all_or_nothing if all_or_nothing else sending.send)(records, request.auth)
    rejected = [place for place, arrival in enumerate(arrivals) if arrival.outcome == Outcome.REJECTED]
    if rejected and not is_list:
        raise Problem(422, "The call was rejected.", sending.errors_of(arrivals[0]))
    if rejected and all_or_nothing:
        raise sending.nothing_stored(arrivals, rejected)
    results = sending.results_of(arrivals)
    if not is_list:
        return JsonResponse(results[0], status=201 if results[0]["outcome"] == Outcome.CREATED else 200)
    return JsonResponse({"results": results}, status=MULTI_STATUS if rejected else 200)


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix="")
    for model in (NativeCall, ProblemDetails):
        schema = model.model_json_schema(ref_template=REFERENCE)
        found["components"]["schemas"] |= schema.pop("$defs", {}) | {model.__name__: schema}
    found["servers"] = [{"url": settings.PUBLIC_URL + reverse("api:api-root").rstrip("/")}]
    return found
