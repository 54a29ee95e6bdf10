"""Conditions on calls by what people added to them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from calls.annotations.models import CallTag, Star
from calls.search import Reading


def tagged(keys: list[str], reading: Reading = Reading.GATHER) -> Q:
    """Calls that have one of the tags."""
    return _having(CallTag.objects.filter(tag__key__in=keys), reading)


def starred_by(user_pk: int | None, reading: Reading = Reading.GATHER) -> Q:
    return _having(Star.objects.filter(user=user_pk), reading)


def _having(rows: QuerySet[CallTag] | QuerySet[Star], reading: Reading) -> Q:
    if reading is Reading.GATHER:
        return Q(pk__in=rows.values("call"))
    return Q(Exists(rows.filter(call=OuterRef("pk"))))
