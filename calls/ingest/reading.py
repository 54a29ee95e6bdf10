"""Reading a payload: values by name, checked, with their place. What is wrong raises Rejected and names the place.

Absent, null and empty text mean the same, "not said", and give None. Numbers may come as text. Text loses what a
database cannot keep (NUL, half surrogates).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TypeVar, cast

from django.db.models import TextChoices

from calls.ingest.normalised import Amount, Json, Named, Rejected, Unit
from calls.ingest.values import (
    EPOCH_UNITS,
    clean,
    epoch_time,
    is_secret,
    is_url,
    iso_time,
    number_in,
    plain_text,
    shown,
    without_noise,
    without_secrets,
)

T = TypeVar("T")
Word = TypeVar("Word", bound=TextChoices)

SOURCE_LENGTH = 40
NAME_LENGTH = 200  # ids, names, ended reasons
WORD_LENGTH = 100  # raw statuses, labels of costs
NUMBER_LENGTH = 120  # phone numbers and SIP addresses
MOST_MS = 2_147_483_647
MOST_AMOUNT = 10**8
ISO_TIME = "a time with its offset, such as 2026-11-20T14:03:11Z"


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and where it stands in the payload."""

    data: Mapping[str, Json]
    path: str = ""

    @classmethod
    def of(cls, value: Json, path: str = "") -> Fields:
        if not isinstance(value, dict):
            raise Rejected(path, f"takes an object, not {shown(value)}")
        return cls(value, path)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def get(self, name: str) -> Json:
        value = self.data.get(name)
        return None if isinstance(value, str) and (not value or value.isspace()) else value

    def fail(self, name: str, takes: str) -> Rejected:
        """The rejection of one field; without a value it says that it is missing."""
        value = self.get(name)
        return Rejected(self.at(name), f"is missing; takes {takes}" if value is None else self._not(takes, value))

    @staticmethod
    def _not(takes: str, value: Json) -> str:
        return f"takes {takes}, not {shown(value)}"

    def fields(self, name: str) -> Fields:
        """The object of that name; an empty one when it is not said."""
        value = self.get(name)
        return Fields({}, self.at(name)) if value is None else Fields.of(value, self.at(name))

    def values(self, name: str) -> list[Json]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fail(name, "a list")
        return value

    def items(self, name: str) -> Iterator[Fields]:
        """The objects of a list, in its order; nulls in it are passed over."""
        place = self.at(name)
        for index, value in enumerate(self.values(name)):
            if value is not None:
                yield Fields.of(value, f"{place}[{index}]")

    def embedded(self, name: str) -> Fields:
        """These fields, where the value of that name may also be JSON in text, as in a cell of a CSV file."""
        value = self.get(name)
        if not isinstance(value, str) or value.lstrip()[0] not in "{[":
            return self
        try:
            return Fields({**self.data, name: json.loads(value)}, self.path)
        except (ValueError, RecursionError):
            raise self.fail(name, "JSON") from None

    def text(self, name: str, most: int | None = None) -> str | None:
        """Text, cut at `most` characters; a number counts as its text."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
            raise self.fail(name, "text")
        return plain_text(str(value)).strip()[:most] or None

    def key(self, name: str, most: int = NAME_LENGTH) -> str | None:
        """Text that names something, so that it cannot be cut."""
        text = self.text(name)
        if text and len(text) > most:
            raise self.fail(name, f"at most {most} characters")
        return text

    def required_key(self, name: str, most: int = NAME_LENGTH) -> str:
        return self.needed(self.key(name, most), name, "text")

    def needed(self, value: T | None, name: str, takes: str) -> T:
        if value is None:
            raise self.fail(name, takes)
        return value

    def json(self, name: str) -> Json:
        value = self.get(name)
        return plain_text(value) if isinstance(value, str) else clean(value, self.at(name))

    def json_object(self, name: str) -> dict[str, Json]:
        """The object of that name as it is; an empty one when it is not said."""
        fields = self.fields(name)
        return {plain_text(str(key)): clean(value, fields.at(str(key))) for key, value in fields.data.items()}

    def json_text(self, name: str) -> str | None:
        """Text as it is, everything else as JSON text."""
        value = self.json(name)
        return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def flag(self, name: str) -> bool | None:
        value = self.get(name)
        value = {"true": True, "false": False}.get(value.strip().lower(), value) if isinstance(value, str) else value
        if value is not None and not isinstance(value, bool):
            raise self.fail(name, "true or false")
        return value

    def number(self, name: str, takes: str = "a number", least: int | None = None) -> Decimal | None:
        if self.get(name) is None:
            return None
        number = number_in(self.get(name))
        if number is None or (least is not None and number < least):
            raise self.fail(name, takes)
        return number

    def milliseconds(self, name: str, per_unit: int = 1) -> int | None:
        """A length of time of 0 or more in whole milliseconds; `per_unit` is 1000 for seconds."""
        value = self.data.get(name)
        if value is None:
            return None
        number = value if type(value) is int else number_in(value)  # most of them
        if number is not None and 0 <= number <= MOST_MS // per_unit:
            return round(number * per_unit)
        if self.get(name) is None:
            return None
        unit = "seconds" if per_unit == 1000 else "milliseconds"
        raise self.fail(name, f"{unit} from 0 to {MOST_MS // per_unit}")

    def seconds(self, name: str) -> float | None:
        """A length of time of 0 or more in seconds, to the millisecond."""
        value = self.data.get(name)
        if type(value) is float and 0 <= value < MOST_MS // 1000 and round(value, 3) == value:  # most of them
            return value
        length = self.milliseconds(name, per_unit=1000)
        return None if length is None else length / 1000

    def offset(self, name: str) -> float | None:
        """Seconds from the start of the audio; clocks that disagree may give a little less than 0, which is 0."""
        number = self.number(name, "seconds")
        return 0.0 if number is not None and number < 0 else self.seconds(name)

    def length(self, name: str) -> float | None:
        """Seconds in text such as 54s or 0.42s, as protocol buffers write them."""
        value = self.get(name)
        if isinstance(value, str) and value.strip().endswith("s"):
            return Fields({name: value.strip()[:-1]}, self.path).seconds(name)
        return self.seconds(name)

    def amount(self, name: str, unit: Unit) -> Amount | None:
        number = self.number(name, f"an amount from 0 to {MOST_AMOUNT} in {unit}", least=0)
        if number is None:
            return None
        if number >= MOST_AMOUNT:
            raise self.fail(name, f"an amount from 0 to {MOST_AMOUNT} in {unit}")
        return Amount(without_noise(number), unit, self.at(name))

    def moment(
        self,
        name: str,
        takes: str = ISO_TIME,
        units: tuple[int, ...] = EPOCH_UNITS,
        of_text: Callable[[str], datetime | None] = iso_time,
    ) -> datetime | None:
        """A time as ISO 8601 with an offset, or as `of_text` reads it, or as an epoch number, in UTC. `takes` says
        what the format has."""
        value = self.get(name)
        if value is None:
            return None
        number = None if isinstance(value, str) and ":" in value else number_in(value)
        if number == 0:
            return None  # how platforms write a time that they do not have
        moment = epoch_time(number, units) if number is not None else None
        if moment is None and isinstance(value, str):
            moment = of_text(value)
        if moment is None:
            raise self.fail(name, takes)
        return moment

    def word(self, name: str, words: type[Word]) -> Word | None:
        """One of our own words."""
        value = self.get(name)
        if value is None:
            return None
        word = by_value(words).get(value) if isinstance(value, str) else None
        if word is None:
            raise self.fail(name, one_of(words))
        return cast(Word, word)

    def only(self, names: Collection[str]) -> None:
        """Rejects a name that is not one of these."""
        if not all(map(names.__contains__, self.data)):
            other = next(name for name in self.data if name not in names)
            raise Rejected(self.at(plain_text(str(other))[:NAME_LENGTH]), f"is no field; they are {', '.join(names)}")

    def url(self, name: str) -> str | None:
        """The address of a file; None also for what cannot be fetched, since a provider may send any text."""
        value = self.get(name)
        return value if isinstance(value, str) and is_url(value) else None

    def beyond(self, *names: str) -> dict[str, Json]:
        """These values as metadata: cleaned, without secrets, under the provider's own names, only what is said."""
        found = {
            plain_text(name): without_secrets(self.json(name)) for name in names if not is_secret(name, self.get(name))
        }
        return {name: value for name, value in found.items() if value not in (None, "", {}, [])}


@cache
def by_value(words: type[TextChoices]) -> dict[str, TextChoices]:
    """The words as a table: an enumeration makes its lists anew each time."""
    return {word.value: word for word in words}


@cache
def one_of(words: type[TextChoices]) -> str:
    return f"one of {', '.join(words.values)}"


def named(external_id: str | None, name: str | None = None) -> Named | None:
    """An assistant or a campaign; an unknown id is empty."""
    return Named(external_id or "", name) if external_id or name else None


def part(name: str, values: dict[str, Json]) -> dict[str, Json]:
    """A part of the metadata, left out when there is nothing in it."""
    return {name: values} if values else {}


def captured(values: Mapping[str, Json]) -> dict[str, Json]:
    """Values that a platform captured, by a name that fits. Null is what it asked for and did not get."""
    return {name[:NAME_LENGTH]: value for name, value in values.items() if name and value is not None}
