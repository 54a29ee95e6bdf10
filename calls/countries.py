"""The country of a number, by the digits it begins with.

Numbers that share a calling code belong to its main country, but for +1 and +7, whose next digits tell. So the first
five characters decide, and a database can group and select by them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files

import phonenumbers
from django.db.models import F, Q
from django.db.models.functions import Left
from django.db.models.lookups import In

NONE = "none"
INTERNATIONAL = "001"
LENGTH = 5
CODES = {f"+{code}": regions[0] for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}


def _names() -> dict[str, str]:
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    named = dict(line.split("\t") for line in lines if not line.startswith("#"))
    return {code: named.get(code, code) for code in sorted({*CODES.values(), *exceptions().values()})}


@functools.cache
def exceptions() -> dict[str, str]:
    """Where the first five characters, or fewer, tell of another country than the calling code."""
    found = {"+76": "KZ", "+77": "KZ"}
    for area in range(200, 1000):
        number = phonenumbers.PhoneNumber(country_code=1, national_number=area * 10_000_000 + 2_345_678)
        region = phonenumbers.region_code_for_number(number) or "US"
        if region != "US":
            found[f"+1{area}"] = region
    return found


NAMES = _names() | {INTERNATIONAL: "International"}


def name(code: str) -> str:
    return NAMES.get(code, "unknown country")


def country_of(number: str) -> str:
    """Two letters; INTERNATIONAL for numbers of no country, NONE for what is no number."""
    beginnings = [number[:length] for length in range(2, LENGTH + 1)]
    for known in (exceptions(), CODES):
        for beginning in beginnings:
            if beginning in known:
                return known[beginning]
    return NONE


def beginning() -> Left:
    """The part of `phone_number` that country_of() needs."""
    return Left("phone_number", LENGTH)


def among(codes: Iterable[str]) -> Q:
    """Calls with a number of one of the countries on the other side."""
    condition = Q()
    for code in codes:
        condition |= _is_none() if code == NONE else _is(code)
    return condition


def _is(code: str) -> Q:
    own = [text for text, country in exceptions().items() if country == code]
    condition = _begins(own) if own else Q(pk__in=[])
    calling = [text for text, country in CODES.items() if country == code]
    if calling:
        others = [text for text, country in exceptions().items() if country != code and text.startswith(tuple(calling))]
        condition |= _begins(calling) & ~_begins(others) if others else _begins(calling)
    return condition


def _is_none() -> Q:
    return ~_begins(CODES)


def _begins(texts: Iterable[str]) -> Q:
    """With one of the texts, compared by length: no pattern is needed."""
    by_length: dict[int, list[str]] = {}
    for text in texts:
        by_length.setdefault(len(text), []).append(text)
    condition = Q()
    for length, same in by_length.items():
        condition |= Q(In(Left(F("phone_number"), length), same))
    return condition
