"""A finished export over HTTP: whole, or the part that a broken download lacks."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

from calls.ranges import NotSatisfiable, Span, requested_span
from exports.models import ExportEvent, ExportJob

CHUNK_BYTES = 256 * 1024


def answer(request: HttpRequest, job: ExportJob) -> HttpResponseBase:
    """For a finished job that the user may read."""
    if not job.file or not default_storage.exists(job.file) or job.finished_at is None:
        raise Http404
    etag, modified = f'"{job.sha256}"', int(job.finished_at.timestamp())
    response = get_conditional_response(request, etag, modified) or body(request, job, etag, modified)
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"  # asked for again each time, so that rights are checked
    response["Content-Disposition"] = content_disposition_header(True, job.file_name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


def body(request: HttpRequest, job: ExportJob, etag: str, modified: int) -> HttpResponseBase:
    kind, size = job.choice.format.content_type, job.size_bytes or 0
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers={"Content-Length": str(size)})
    try:
        span = requested_span(request.headers, size, etag, modified)
    except NotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    sent = span or Span(0, size)
    if sent.start == 0:  # what follows a break belongs to the same download
        ExportEvent.note(ExportEvent.Kind.DOWNLOADED, job, request.user)
    response = StreamingHttpResponse(read(job.file, sent), status=206 if span else 200, content_type=kind)
    response["Content-Length"] = str(sent.length)
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return response


def read(name: str, span: Span) -> Iterator[bytes]:
    """The bytes of the span; a storage that gives parts, as a bucket does, is not asked for the whole."""
    if read_part := getattr(default_storage, "read_part", None):
        yield from read_part(name, span.start, span.stop, CHUNK_BYTES)
        return
    with default_storage.open(name) as file:
        file.seek(span.start)
        left = span.length
        while left and (chunk := file.read(min(left, CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk
