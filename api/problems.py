"""Errors as RFC 9457 problem details. Each names the fields that are wrong, and what they take."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from calls.filters import CallForm
from calls.ingest.normalised import Rejected

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
Error = dict[str, str]


@dataclass
class Problem(Exception):
    """Ends a request with this answer. `errors` have the keys field ("" for none in particular) and detail;
    `members` are what a problem of this kind tells besides."""

    status: int
    detail: str
    errors: Sequence[Error] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponse:
        status = HTTPStatus(self.status)
        content = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": self.detail}
        errors = {"errors": list(self.errors)} if self.errors else {}
        body = json.dumps(content | errors | dict(self.members))
        return HttpResponse(body, status=self.status, content_type=CONTENT_TYPE, headers=dict(self.headers))


def error(field: str, detail: str) -> Error:
    return {"field": field, "detail": detail}


def errors_of_selection(form: CallForm) -> list[Error]:
    return [
        error("" if name == "__all__" else name, str(message))
        for name, messages in form.errors.items()
        for message in messages
    ]


def error_of_record(rejection: Rejected) -> Error:
    """`field` is the path in the call, such as `transcript[2].speaker`."""
    return error(rejection.path, rejection.problem)


def internal(request: HttpRequest, exception: Exception | type[Exception]) -> HttpResponse:
    logger.exception("%s %s", request.method, request.path)
    return Problem(500, "The request could not be finished. Send it again.").answer()
