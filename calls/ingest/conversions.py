"""Numbers and money as the call log keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

import phonenumbers

from calls.ingest.normalised import Amount, Rejected

NUMBER_LENGTH = 120
NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{9}", re.ASCII)  # E.164 as it is
INTERNATIONAL = re.compile(r"(?:\+|00)[\d\s().\-/]+")
CREDIT = Decimal("0.0001")
MOST_CREDITS = Decimal(10) ** 10


@lru_cache(maxsize=65536)
def phone_number(text: str) -> str:
    """E.164 where the text is a number with its country; otherwise (SIP, "anonymous", national) the text itself."""
    text = text.strip()[:NUMBER_LENGTH]
    if NORTH_AMERICAN.fullmatch(text):
        return text
    if not INTERNATIONAL.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", text), None)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True, slots=True)
class Rates:
    """How many of our credits one USD and one credit of the platform are."""

    usd: Decimal
    platform_credit: Decimal = Decimal(1)

    def of(self, amount: Amount) -> Decimal:
        if amount.unit == "credits":
            return Decimal(1)
        if amount.unit == "platform credits":
            return self.platform_credit if amount.usd_each is None else amount.usd_each * self.usd
        return self.usd if amount.unit == "USD" else self.usd / 100


def credits_of(amount: Amount, rates: Rates) -> Decimal:
    """The amount in credits, to 4 decimals. Raises Rejected when it is more than can be kept."""
    value = amount.value * rates.of(amount)
    if not value.is_finite() or abs(value) >= MOST_CREDITS:
        raise Rejected(amount.path, f"{amount.value} {amount.unit} is more than can be kept")
    return value.quantize(CREDIT, rounding=ROUND_HALF_EVEN)
