"""What a parameter of a selection takes: parsers raise ValueError with the words for it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from calls import countries
from calls.annotations.models import tag_key
from calls.paging import COLUMNS, Order
from calls.variables import TEXT_LENGTH

SIZES = (25, 50, 100, 200)
# Stands for calls without an assistant, a campaign, a known direction and so on.
NONE = "none"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_word(text: str, words: Iterable[str]) -> str:
    if text not in words:
        raise ValueError(f"takes {', '.join(words)}")
    return text


def parse_day(text: str) -> date:
    try:
        if len(text) != len("YYYY-MM-DD"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("takes a day as YYYY-MM-DD") from None


def parse_number(text: str, most: int) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= most:
        raise ValueError(f"takes a number from 0 to {most:,}")
    return number


def parse_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("takes an id")
    return int(text)


def parse_tag(text: str) -> str:
    """The key of a tag, however it is spelled."""
    return tag_key(text)


def parse_variable(text: str) -> tuple[str, str | None]:
    """`name:value` or `name`."""
    name, colon, value = text.partition(":")
    if not name:
        raise ValueError("takes name:value or name")
    return name, value[:TEXT_LENGTH] if colon else None


def parse_order(text: str) -> Order:
    if text.removeprefix("-") not in COLUMNS:
        raise ValueError(f"takes {', '.join(COLUMNS)}, with - before it for descending")
    return Order.parse(text)


def parse_size(text: str) -> int:
    return int(parse_word(text, [str(size) for size in SIZES]))


class One(forms.CharField):
    """A parameter that is given once; None when it is absent."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        super().__init__(required=False, max_length=300)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.read(text) if text else None

    def read(self, text: str) -> Any:
        try:
            return self.parse(text)
        except ValueError as error:
            raise ValidationError(f"“{text[:80]}”: {error}.") from error


class Many(One):
    """A parameter that may repeat: a list without repetitions."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> Any:
        texts = [super(One, self).clean(text) for text in value or []]
        return list(dict.fromkeys(self.read(text) for text in texts if text))


def words_of(choices: Iterable[str]) -> Callable[[str], str]:
    return functools.partial(parse_word, words=tuple(choices))


def parse_hour(text: str) -> int:
    return int(parse_word(text, [str(hour) for hour in range(24)]))


def parse_country(text: str) -> str:
    if text != NONE and text not in countries.NAMES:
        raise ValueError("takes a country by its two letters, such as DE, or none")
    return text


def parse_id_or_none(text: str) -> int | str:
    return text if text == NONE else parse_id(text)


parse_seconds = functools.partial(parse_number, most=1_000_000)
parse_credits = functools.partial(parse_number, most=1_000_000_000)
