"""Who looks at the log: one who sees everything, and one who sees three assistants."""

from __future__ import annotations

from django.contrib.auth.models import User

from calls.models import Assistant

ADMINISTRATOR, VIEWER = "bench", "viewer"
VIEWED_ASSISTANTS = (2, 5, 11)


def create_users() -> None:
    User.objects.create_superuser(ADMINISTRATOR)
    viewer = User.objects.create_user(VIEWER)
    for assistant in Assistant.objects.filter(pk__in=VIEWED_ASSISTANTS):
        assistant.viewers.add(viewer)
