"""Who may do what: Django's permissions, read at once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser, AnonymousUser, Permission, User
from django.db.models import Q

from calls.querysets import WrittenOnce

USER = WrittenOnce(lambda: User.objects.filter(pk=0))


class PermissionBackend(ModelBackend):
    """Django's own backend, which reads a user's permissions and those of the groups in one query, not in two, and
    the user of each request by a statement that is written once."""

    def get_user(self, user_id: Any) -> User | None:
        user = next(iter(USER.objects(user_id)), None)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: object = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        cache = vars(user_obj)  # as Django's own backend does: for the life of the user object, one request
        if "_all_permissions" not in cache:
            theirs = Permission.objects.filter(Q(user=user_obj.pk) | Q(group__user=user_obj.pk))
            granted = Permission.objects.all() if user_obj.is_superuser else theirs
            pairs = granted.values_list("content_type__app_label", "codename").order_by().distinct()
            cache["_all_permissions"] = {f"{app}.{name}" for app, name in pairs}
        return cache["_all_permissions"]


def may_share(user: AbstractUser | AnonymousUser) -> bool:
    """Whether the user may make links to the calls that they see: whoever sees all calls may, and the viewers of
    some assistants with the permission `shares.add_sharelink`."""
    return user.has_perm("calls.view_call") or user.has_perm("shares.add_sharelink")
