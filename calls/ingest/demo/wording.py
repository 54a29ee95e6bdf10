"""Dates, times and money as people of a locale say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

EN_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
EN_MONTHS = "January February March April May June July August September October November December"


@dataclass(frozen=True, slots=True)
class Wording:
    """`full_date` and `born` are formats with {weekday} {day} {ordinal} {month} {year}; `hour` is for full hours."""

    days: str
    months: str
    full_date: str
    hour: str
    hour_and_minute: str
    between: str
    money: str = "{}"
    born: str = "{month} {ordinal}, {year}"
    uses_am_pm: bool = False

    def weekday(self, day: date) -> str:
        return self.days.split()[day.weekday()]

    def month(self, day: date) -> str:
        return self.months.split()[day.month - 1]

    def date_text(self, day: date) -> str:
        return self._fill(self.full_date, day)

    def birthday(self, day: date) -> str:
        return self._fill(self.born, day)

    def time_text(self, at: time) -> str:
        hour = (at.hour % 12 or 12) if self.uses_am_pm else at.hour
        half = ("PM" if at.hour >= 12 else "AM") if self.uses_am_pm else ""
        text = self.hour_and_minute if at.minute else self.hour
        return text.format(hour=hour, minute=at.minute, half=half, half_small=half.lower())

    def window_text(self, start: time, end: time) -> str:
        return self.between.format(start=self.time_text(start), end=self.time_text(end))

    def money_text(self, amount: Decimal) -> str:
        return self.money.format(amount)

    def _fill(self, text: str, day: date) -> str:
        return text.format(
            weekday=self.weekday(day), day=day.day, ordinal=ordinal(day.day), month=self.month(day), year=day.year
        )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


AMERICAN = Wording(
    EN_DAYS, EN_MONTHS, "{weekday}, {month} {ordinal}", "{hour} {half}", "{hour}:{minute:02d} {half}",
    "{start} and {end}", "${}", uses_am_pm=True,
)  # fmt: skip
BRITISH = Wording(
    EN_DAYS, EN_MONTHS, "{weekday} the {ordinal} of {month}", "{hour}{half_small}", "{hour}:{minute:02d}{half_small}",
    "{start} and {end}", "£{}", "the {ordinal} of {month} {year}", uses_am_pm=True,
)  # fmt: skip
GERMAN = Wording(
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "{weekday}, {day}. {month}", "{hour} Uhr", "{hour}:{minute:02d} Uhr", "{start} und {end}", "{} Euro",
)  # fmt: skip
SPANISH = Wording(
    "lunes martes miércoles jueves viernes sábado domingo",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "{weekday} {day} de {month}", "{hour}:00", "{hour}:{minute:02d}", "{start} y {end}", "{} dólares",
)  # fmt: skip
FRENCH = Wording(
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "{weekday} {day} {month}", "{hour} h", "{hour} h {minute:02d}", "{start} et {end}", "{} euros",
)  # fmt: skip
WORDINGS = {"en-US": AMERICAN, "en-GB": BRITISH, "de-DE": GERMAN, "es-US": SPANISH, "fr-FR": FRENCH}
