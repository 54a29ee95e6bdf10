"""Conditions on calls by what people added to them. `walk` is explained in calls.search."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from calls.annotations.models import CallTag, Star


def tagged(keys: list[str], *, walk: bool = False) -> Q:
    """Calls that have one of the tags."""
    return _having(CallTag.objects.filter(tag__key__in=keys), walk=walk)


def starred_by(user_pk: int | None, *, walk: bool = False) -> Q:
    return _having(Star.objects.filter(user=user_pk), walk=walk)


def _having(rows: QuerySet[CallTag] | QuerySet[Star], *, walk: bool) -> Q:
    return Q(Exists(rows.filter(call=OuterRef("pk")))) if walk else Q(pk__in=rows.values("call"))
