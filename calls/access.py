"""Who may do what: Django's permissions, read at once."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User
from django.db.models import Q


class PermissionBackend(ModelBackend):
    """Django's own backend, which reads a user's permissions and those of the groups in one query, not in two."""

    def get_all_permissions(self, user_obj: User, obj: object = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_all_permissions"):
            theirs = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj))
            granted = Permission.objects.all() if user_obj.is_superuser else theirs
            pairs = granted.values_list("content_type__app_label", "codename").order_by().distinct()
            user_obj._all_permissions = {f"{app}.{name}" for app, name in pairs}
        return user_obj._all_permissions
