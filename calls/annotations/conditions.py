"""Conditions on calls by what people added to them."""

from __future__ import annotations

from django.db.models import Q

from calls.annotations.models import CallTag, Star
from calls.reading import Reading, Way, having


def tagged(keys: list[str], way: Way = Reading.GATHER) -> Q:
    """Calls that have one of the tags."""
    return having(CallTag.objects.filter(tag__key__in=keys), way)


def starred_by(user_pk: int | None, way: Way = Reading.GATHER) -> Q:
    return having(Star.objects.filter(user=user_pk), way)
