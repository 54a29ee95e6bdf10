"""Pages of the call log."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from calls.models import Call


def call_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def call_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return HttpResponse(str(get_object_or_404(Call.objects.visible_to(request.user), uuid=uuid)))
