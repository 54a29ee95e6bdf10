"""Sessions in the database, as Django keeps them; the one of each request is read by a statement that is written
once."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from calls.querysets import WrittenOnce

SESSION = WrittenOnce(lambda: Session.objects.filter(session_key="").filter(expire_date__gt=timezone.now()))


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        for session in SESSION.objects(self.session_key, timezone.now()):
            return session
        self._session_key = None  # a key that is not known is not taken over
        return None
