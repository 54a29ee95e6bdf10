"""Who asks: a bearer token, and what its scopes allow."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from api.models import ApiToken, may_write_calls
from api.problems import Problem


class TokenRequest(HttpRequest):
    auth: ApiToken


class Scope(HttpBearer):
    """Raises Problem for a token that works but may not do this."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = ApiToken.of(token)
        if found is None:
            return None
        if self.name not in found.scopes():
            raise Problem(403, f"This token has no scope “{self.name}”; make one that has it.")
        if self.name == "write" and not may_write_calls(found.user):
            raise Problem(403, f"{found.user} may not send calls; it takes the permission “Can add call”.")
        found.note_use(timezone.now())
        return found


reads, writes = Scope("read"), Scope("write")
