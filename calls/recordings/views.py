"""The sound of a call over HTTP, so that a player can seek in it."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.encoding import filepath_to_uri
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe

from calls.choices import RecordingState
from calls.format import file_stem
from calls.models import Call, Recording
from calls.recordings.ranges import NotSatisfiable, Span, requested_span
from calls.recordings.sources import Version, bucket_of, read, version_of

PLAYABLE_TYPE = "audio/mpeg"
# Any other type could be a page with scripts in the name of this site.
SOUND = re.compile(r"(audio|video)/[\w.+-]+(\s*;.*)?|application/ogg", re.ASCII)


@require_safe
def recording(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The recording, whole or the range that is asked for; `?download=1` as an attachment."""
    calls = Call.objects.visible_to(request.user).filter(recording__state=RecordingState.READY)
    calls = calls.select_related("recording").defer("recording__peaks")
    return sound_of(request, get_object_or_404(calls, uuid=uuid))


def sound_of(request: HttpRequest, call: Call, *, is_shared: bool = False) -> HttpResponseBase:
    """What browsers play, and the original for `?download=1`. Whoever asks may hear the call, and it is ready.

    What is shared never comes from the bucket itself, whose signed address outlives a revoked link.
    """
    is_download = request.GET.get("download") == "1"
    recording = call.recording
    has_copy = bool(recording.playable_file) and not is_download
    file = recording.playable_file if has_copy else recording.file
    kind = PLAYABLE_TYPE if has_copy else content_type(recording)
    named = content_disposition_header(is_download, file_name(call, file)) or ""
    response = None if is_shared else _sent_by_others(request, file, kind, named)
    response = response or _sent(request, file, kind)
    response["Content-Disposition"] = named
    # May be kept, but is asked for again each time, so that rights are checked.
    response["Cache-Control"] = "private, no-cache"
    return response


def _sent_by_others(request: HttpRequest, file: FieldFile, kind: str, named: str) -> HttpResponseBase | None:
    """The bucket or the proxy in front of us does it, if the settings say so; ranges and conditions are theirs."""
    if bucket := bucket_of(file):
        # The signature is for GET.
        is_asked = bool(settings.S3_REDIRECT_URL) and request.method == "GET"
        return HttpResponseRedirect(bucket.signed_url(str(file.name), kind, named)) if is_asked else None
    if settings.X_ACCEL_REDIRECT:
        place = settings.X_ACCEL_REDIRECT + filepath_to_uri(str(file.name))
        return HttpResponse(content_type=kind, headers={"X-Accel-Redirect": place})
    return None


def _sent(request: HttpRequest, file: FieldFile, kind: str) -> HttpResponseBase:
    version = version_of(file)
    if version is None:
        raise Http404
    unchanged = get_conditional_response(request, version.etag, version.modified)
    response = unchanged or _answer(request, file, kind, version)
    response["ETag"] = version.etag
    response["Last-Modified"] = http_date(version.modified)
    response["Accept-Ranges"] = "bytes"
    return response


def _answer(request: HttpRequest, file: FieldFile, kind: str, version: Version) -> HttpResponseBase:
    size = version.size
    if request.method == "HEAD":  # for which ranges are not defined
        return HttpResponse(content_type=kind, headers={"Content-Length": str(size)})
    try:
        span = requested_span(request.headers, size, version.etag, version.modified)
    except NotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    sent = span or Span(0, size)
    response = StreamingHttpResponse(read(file, sent), status=206 if span else 200, content_type=kind)
    response["Content-Length"] = str(sent.length)
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return response


def content_type(recording: Recording) -> str:
    return recording.content_type if SOUND.fullmatch(recording.content_type) else "application/octet-stream"


def file_name(call: Call, file: FieldFile) -> str:
    """`2026-11-20-1403-+12025550123.mp3`: when it started in the reporting zone, and with whom."""
    stem = file_stem(call.started_at, call.phone_number, ZoneInfo(settings.TIME_ZONE))
    suffix = PurePosixPath(str(file.name)).suffix or mimetypes.guess_extension(call.recording.content_type)
    return stem + (suffix or "")
