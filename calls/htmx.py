"""What htmx asks for."""

from __future__ import annotations

from django.http import HttpRequest


def is_for_part(request: HttpRequest) -> bool:
    """Whether htmx puts the answer into a page, and not in its place."""
    headers = request.headers
    return "HX-Request" in headers and not ("HX-Boosted" in headers or "HX-History-Restore-Request" in headers)
