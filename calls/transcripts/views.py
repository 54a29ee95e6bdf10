"""The transcript of a call as a file."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from calls.format import file_stem
from calls.models import Call
from calls.transcripts.formats import FORMATS


@require_safe
@cache_control(private=True, no_store=True)
def transcript(request: HttpRequest, uuid: UUID, suffix: str) -> HttpResponse:
    """As txt, json, vtt or srt. A call without a transcript has no such file."""
    if suffix not in FORMATS:
        raise Http404
    calls = Call.objects.visible_to(request.user).filter(transcript__isnull=False)
    call = get_object_or_404(calls.select_related("transcript"), uuid=uuid)
    if not call.transcript.turns:
        raise Http404
    name = f"{file_stem(call.started_at, call.phone_number, ZoneInfo(settings.TIME_ZONE))}.{suffix}"
    chosen = FORMATS[suffix]
    return HttpResponse(
        chosen.write(call.transcript.turns),
        content_type=chosen.content_type,
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )
