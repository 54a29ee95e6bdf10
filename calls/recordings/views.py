"""The sound of a call over HTTP, so that a player can seek in it."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe

from calls.choices import RecordingState
from calls.models import Call, Recording
from calls.recordings.ranges import NotSatisfiable, Span, requested_span

CHUNK_BYTES = 64 * 1024
# Any other type could be a page with scripts in the name of this site.
SOUND = re.compile(r"(audio|video)/[\w.+-]+(\s*;.*)?|application/ogg", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """The file as it is now; `modified` is in whole epoch seconds."""

    size: int
    modified: int
    etag: str


@require_safe
def recording(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The recording, whole or the range that is asked for; `?download=1` as an attachment."""
    calls = Call.objects.visible_to(request.user).filter(recording__state=RecordingState.READY)
    return send(request, get_object_or_404(calls.select_related("recording"), uuid=uuid))


def send(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The answer for a call with a recording that is ready. Whether it may be heard is known already."""
    version = version_of(call.recording.file)
    unchanged = get_conditional_response(request, version.etag, version.modified)
    response = unchanged or _answer(request, call.recording, version)
    response["ETag"] = version.etag
    response["Last-Modified"] = http_date(version.modified)
    response["Accept-Ranges"] = "bytes"
    # May be kept, but is asked for again each time, so that rights are checked.
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = disposition(call, is_download=request.GET.get("download") == "1")
    return response


def version_of(file: FieldFile) -> Version:
    """Raises Http404 when the row says ready and the storage has lost the file."""
    try:
        size, modified = file.size, int(file.storage.get_modified_time(str(file.name)).timestamp())
    except (OSError, ValueError):
        raise Http404 from None
    digest = hashlib.sha256(f"{file.name} {size} {modified}".encode()).hexdigest()
    return Version(size, modified, f'"{digest[:32]}"')


def _answer(request: HttpRequest, recording: Recording, version: Version) -> HttpResponseBase:
    kind, size = content_type(recording), version.size
    if request.method == "HEAD":  # for which ranges are not defined
        return HttpResponse(content_type=kind, headers={"Content-Length": str(size)})
    try:
        span = requested_span(request.headers, size, version.etag, version.modified)
    except NotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    sent = span or Span(0, size)
    chunks = read(recording.file, sent)
    response = StreamingHttpResponse(chunks, status=206 if span else 200, content_type=kind)
    response["Content-Length"] = str(sent.length)
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return response


def read(file: FieldFile, span: Span) -> Iterator[bytes]:
    """The bytes of the span in chunks. The file is open only while they are read."""
    with file.storage.open(str(file.name)) as opened:
        opened.seek(span.start)
        left = span.length
        while left and (chunk := opened.read(min(left, CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk


def content_type(recording: Recording) -> str:
    return recording.content_type if SOUND.fullmatch(recording.content_type) else "application/octet-stream"


def disposition(call: Call, *, is_download: bool) -> str:
    return content_disposition_header(is_download, file_name(call)) or ""


def file_name(call: Call) -> str:
    """`2026-11-20-1403-+12025550123.mp3`: when it started in the reporting zone, and with whom."""
    started = call.started_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    number = re.sub(r"[^\w+-]", "", call.phone_number)
    recording = call.recording
    suffix = PurePosixPath(str(recording.file.name)).suffix or mimetypes.guess_extension(recording.content_type)
    return "-".join(filter(None, [f"{started:%Y-%m-%d-%H%M}", number])) + (suffix or "")
