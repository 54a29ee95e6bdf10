"""What one call is about: names, days, order numbers. A fact is made when a script first asks for it, then stays.

`$date1` is a text as it is said; `$date1.iso` is the same for a machine. The other endings: `.id`, `.extra`, `.day`
(the weekday alone, or "today"), `.value` (a plain number) and `.wrong` (as it is said by mistake).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from calls.ingest.demo.people import Person
from calls.ingest.demo.wording import WORDINGS, Wording

SLOT = re.compile(r"\$(\$|[a-z_]+\d?)(?:\.(iso|id|extra|day|value|wrong)\b|\.(iso)(?=T))?")
Fact = dict[str, str]
OPEN_DAY = 3

TOWNS = {"GB": "Leeds Croydon Swindon Preston Norwich", "DE": "Hannover Fulda Augsburg Kassel Dortmund"}
STREETS = {
    "US": ("Alder Court", "Bayview Terrace", "Cypress Lane", "Juniper Street", "Sunset Drive", "Maple Avenue"),
    "GB": ("Orchard Close", "Mill Lane", "Victoria Road", "Station Road", "Beech Grove", "Church Walk"),
}
TECHNICIANS = ("Luis", "Dave", "Tony", "Marco", "Sam")
DOCTORS = ("Patel", "Whitfield", "Romano", "Okafor")
ERRORS = ("E133", "F28", "EA", "227", "E9", "F75")


@dataclass(frozen=True, slots=True)
class Setting:
    """The line's side of a call. `moment` is when it takes place, in the time of the line."""

    business: str
    agent: str
    hours: str
    country: str
    week: str  # how busy each weekday is, Monday first: a digit
    moment: datetime


@dataclass(slots=True)
class Facts:
    setting: Setting
    person: Person
    rng: Random
    known: dict[str, Fact] = field(default_factory=dict)

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.person.locale]

    @property
    def today(self) -> date:
        return self.setting.moment.date()

    def fill(self, text: str) -> str:
        return SLOT.sub(lambda found: "$" if found[1] == "$" else self.get(found[1])[found[2] or found[3] or ""], text)

    def get(self, slot: str) -> Fact:
        if slot not in self.known:
            name, number = slot.rstrip("0123456789"), slot.lstrip("abcdefghijklmnopqrstuvwxyz_")
            self.known[slot] = MAKERS[name](self, int(number or 1))
        return self.known[slot]

    def let(self, name: str, given: str) -> None:
        """A fact that a script chose: text;id;extra."""
        self.known[name] = dict(zip(("", "id", "extra"), given.strip().split(";"), strict=False))


def _date(facts: Facts, number: int) -> Fact:
    """A day of business from the day after tomorrow on; date2 is after date1."""
    before = date.fromisoformat(facts.get(f"date{number - 1}")["iso"]) if number > 1 else facts.today
    return _day(facts, _open_day(facts, before + timedelta(days=facts.rng.randint(2, 5) if number == 1 else 1)))


def _open_day(facts: Facts, day: date) -> date:
    days = (day + timedelta(days=number) for number in range(7))
    return next(one for one in days if int(facts.setting.week[one.weekday()]) >= OPEN_DAY)


def _deadline(facts: Facts, number: int) -> Fact:
    """The last day of one of the next months."""
    month = facts.today.replace(day=1) + timedelta(days=31 * facts.rng.randint(2, 4))
    return _day(facts, month.replace(day=1) - timedelta(days=1))


def _past(facts: Facts, number: int) -> Fact:
    day = facts.today - timedelta(days=facts.rng.randint(1, 3))
    return _day(facts, day - timedelta(days=1) if day.weekday() == 6 else day)


def _day(facts: Facts, day: date) -> Fact:
    return {"": facts.wording.date_text(day), "iso": day.isoformat(), "day": facts.wording.weekday(day)}


def _clock(facts: Facts, hours: tuple[int, ...], minutes: tuple[int, ...] = (0, 30)) -> Fact:
    return _at(facts, time(facts.rng.choice(hours), facts.rng.choice(minutes)))


def _at(facts: Facts, at: time) -> Fact:
    return {"": facts.wording.time_text(at), "iso": f"{at:%H:%M}"}


def _time(facts: Facts, number: int) -> Fact:
    """time1 is in the morning, time2 in the afternoon."""
    return _clock(facts, (8, 9, 10, 11) if number == 1 else (14, 15, 16), (0, 15, 30, 45))


def _evening(facts: Facts, number: int) -> Fact:
    return _clock(facts, (19, 20) if number == 1 else (21,))


def _soon(facts: Facts, number: int) -> Fact:
    """Later on the same day, or the next morning."""
    moment = facts.setting.moment
    if 7 <= moment.hour < 15:
        day, at, name = facts.today, time(moment.hour + 2, facts.rng.choice((0, 30))), "today"
    else:
        day, at, name = facts.today + timedelta(days=1 if moment.hour >= 7 else 0), time(8, 30), "tomorrow"
        name = "this morning" if moment.hour < 7 else name
    return {"": f"{name} at {facts.wording.time_text(at)}", "iso": f"{day}T{at:%H:%M}", "day": name}


def _visit(facts: Facts, number: int) -> Fact:
    """A window of two hours, in English only."""
    start = datetime.fromisoformat(facts.get("soon")["iso"])
    start, name = start.replace(minute=0), facts.get("soon")["day"]
    end = start + timedelta(hours=2)
    text = facts.wording.window_text(start.time(), end.time())
    return {"": f"{name} between {text}", "iso": f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}", "day": name}


def _later(facts: Facts, number: int) -> Fact:
    moment = facts.setting.moment + timedelta(hours=facts.rng.randint(1, 3))
    return _at(facts, time(moment.hour, 0 if moment.minute < 30 else 30))


def _window(facts: Facts, number: int) -> Fact:
    start = time(min(facts.setting.moment.hour + 1, 19), facts.rng.choice((0, 15, 30)))
    end = time(start.hour + 2, start.minute)
    return {"": facts.wording.window_text(start, end), "id": f"{start:%H:%M}-{end:%H:%M}"}


def _month(facts: Facts, number: int) -> Fact:
    return {"": facts.wording.month(facts.today + timedelta(days=facts.rng.randint(35, 150)))}


def _birthday(facts: Facts, number: int) -> Fact:
    own = Random(f"born {facts.person.number}")  # noqa: S311
    day = date(1945, 1, 1) + timedelta(days=own.randint(0, 21_000))
    return {"": facts.wording.birthday(day), "iso": day.isoformat()}


def _number(facts: Facts, number: int) -> Fact:
    given = facts.person.number
    american = f"{given[2:5]}-{given[5:8]}-{given[8:]}"
    return {"": american if given.startswith("+1") else given.replace("+44", "0").replace("+49", "0"), "id": given}


def _order(facts: Facts, number: int) -> Fact:
    digits = f"{facts.rng.randint(10_000_000, 99_999_999)}"
    swapped = digits[:4] + digits[5] + digits[4] + digits[6:]
    said = f"T P {digits[:4]} {digits[4:]}"
    return {"": said, "id": f"TP{digits}", "wrong": f"T P {swapped[:4]} {swapped[4:]}"}


def _account(facts: Facts, number: int) -> Fact:
    digits = f"{Random(facts.person.number).randint(100_000, 999_999)}"  # noqa: S311
    return {"": f"{digits[:3]} {digits[3:]}", "id": f"NL-{digits}"}


def _reference(facts: Facts, number: int) -> Fact:
    letters = "".join(facts.rng.choices("ABCDEFGHKLMNPRSTUVWXY", k=2))
    return {"": f"{letters}{facts.rng.randint(1000, 9999)}"}


def _amount(facts: Facts, number: int) -> Fact:
    """amount2 is more than amount1."""
    pence = facts.rng.randint(6_000, 10_500) if number == 1 else facts.rng.randint(11_500, 21_000)
    amount = Decimal(pence) / 100
    return {"": facts.wording.money_text(amount.quantize(Decimal("0.01"))), "value": f"{amount:.2f}"}


def _postcode(facts: Facts, number: int) -> Fact:
    area, letters = facts.rng.choice(("LS", "CR", "SN", "PR", "NR")), "".join(facts.rng.choices("ABDEFHJLNP", k=2))
    return {"": f"{area}{facts.rng.randint(1, 19)} {facts.rng.randint(1, 9)}{letters}"}


def _street(facts: Facts, number: int) -> Fact:
    return {"": f"{facts.rng.randint(3, 180)} {facts.rng.choice(STREETS[facts.setting.country])}"}


def _email(facts: Facts, number: int) -> Fact:
    plain = unicodedata.normalize("NFKD", f"{facts.person.first}.{facts.person.last}".lower())
    return {"": plain.encode("ascii", "ignore").decode() + "@example.com"}


def _count(least: int, most: int) -> Callable[[Facts, int], Fact]:
    return lambda facts, number: {"": str(facts.rng.randint(least, most))}


def _of(words: Sequence[str]) -> Callable[[Facts, int], Fact]:
    return lambda facts, number: {"": facts.rng.choice(words)}


MAKERS: dict[str, Callable[[Facts, int], Fact]] = {
    "business": lambda facts, number: {"": facts.setting.business},
    "agent": lambda facts, number: {"": facts.setting.agent},
    "hours": lambda facts, number: {"": facts.setting.hours},
    "name": lambda facts, number: {"": facts.person.name},
    "first": lambda facts, number: {"": facts.person.first},
    "last": lambda facts, number: {"": facts.person.last},
    "spelled": lambda facts, number: {"": "-".join(facts.person.last.upper())},
    "number": _number,
    "dob": _birthday,
    "email": _email,
    "account": _account,
    "date": _date,
    "deadline": _deadline,
    "past": _past,
    "time": _time,
    "eve": _evening,
    "soon": _soon,
    "visit": _visit,
    "later": _later,
    "window": _window,
    "month": _month,
    "order": _order,
    "ref": _reference,
    "amount": _amount,
    "postcode": _postcode,
    "street": _street,
    "town": lambda facts, number: {"": facts.rng.choice(TOWNS[facts.setting.country].split())},
    "zip": lambda facts, number: {"": f"9{facts.rng.randint(0, 99):02d}{facts.rng.randint(1, 99):02d}"},
    "technician": _of(TECHNICIANS),
    "doctor": _of(DOCTORS),
    "error": _of(ERRORS),
    "minutes": _count(15, 55),
    "stops": _count(3, 28),
    "party": _count(2, 7),
    "nights": _count(2, 7),
    "room_number": _count(201, 618),
    "homes": _count(40, 900),
    "reading": _count(11_000, 58_000),
    "usage": _count(90, 480),
}
