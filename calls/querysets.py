"""The vocabulary of questions about calls: chainable, every method returns a queryset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from calls.models import Assistant, Call  # noqa: F401


def sees_all_assistants(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whoever holds Django's `calls.view_call` permission, as the administrator does, sees every call."""
    return user.has_perm("calls.view_call")  # type: ignore[union-attr]


class AssistantQuerySet(QuerySet["Assistant"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> AssistantQuerySet:
        """All assistants, or only those that name the user among their viewers."""
        if sees_all_assistants(user):
            return self
        return self.filter(viewers=user.pk)


class CallQuerySet(QuerySet["Call"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> CallQuerySet:
        """The calls that the user may know of. A call without an assistant needs the right to see all."""
        if sees_all_assistants(user):
            return self
        from calls.models import Assistant

        return self.filter(assistant__in=list(Assistant.objects.filter(viewers=user.pk).values_list("pk", flat=True)))
