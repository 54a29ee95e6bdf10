"""The other side of a demo call: numbers that belong to nobody, and who answers them.

The ranges are reserved for fiction by their regulators:
+1 NXX 555 0100 to 0199   NANPA, "555 Line Numbers" (ATIS-0300115)
+44 1632 960000 to 960999 Ofcom, "Telephone numbers for use in TV and radio drama programmes"
+49 30 23125 000 to 999   Bundesnetzagentur, Mitteilung 148/2021, Rufnummern für Medienproduktionen
+33 1 99 00 0000 to 9999  ARCEP, plan national de numérotation, décision 2018-0881, "numéros fictifs"
Spain reserves none: callers who speak Spanish have numbers of Florida.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

BOSTON = ("+1617555", "+1781555", "+1857555", "+1508555")
LOS_ANGELES = ("+1213555", "+1323555", "+1424555", "+1626555", "+1818555")
MIAMI = ("+1305555", "+1786555", "+1954555", "+1212555", "+1404555")
# Prefixes and how many last digits vary. Of the American numbers 0190 to 0199 are our own lines.
POOLS: dict[str, tuple[tuple[str, ...], str, int]] = {
    "boston": (BOSTON, "01{:02d}", 90),
    "los angeles": (LOS_ANGELES, "01{:02d}", 90),
    "miami": (MIAMI, "01{:02d}", 90),
    "britain": (("+441632960",), "{:03d}", 990),
    "germany": (("+493023125",), "{:03d}", 990),
    "france": (("+33199000", "+33199001"), "{:03d}", 990),
}
# Some numbers call more often than others: the greater, the more.
SKEW = 1.6

NAMES = {
    "en-US": (
        "James Maria Robert Linda Michael Susan David Karen Daniel Nancy Anthony Emily Kevin Ashley Brian Megan Jason "
        "Rachel Eric Laura Tyler Grace Marcus Denise Andre Monica Priya Wei Hannah Omar",
        "Miller Johnson Brown Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee Harris Clark Lewis Walker "
        "Hall Young King Wright Nguyen Patel Kim Chen Russo Kowalski Murphy Brooks Foster Bennett",
    ),
    "en-GB": (
        "Oliver Amelia Harry Isla George Emily Jack Sophie Charlie Chloe Thomas Lucy William Charlotte Callum Megan "
        "Rhys Bethan Ewan Fiona Imran Aisha Nigel Sheila Gareth Niamh Kieran Poppy",
        "Smith Jones Williams Taylor Davies Evans Thomas Roberts Walker Wright Robinson Thompson White Hughes Edwards "
        "Green Hall Wood Harris Clarke Patel Khan Campbell Stewart Murray Fletcher Shaw Barnes",
    ),
    "de-DE": (
        "Lukas Anna Jonas Lea Felix Laura Paul Julia Leon Katharina Stefan Sabine Thomas Petra Markus Nicole Andreas "
        "Claudia Matthias Birgit Emre Aylin Jan Heike",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf "
        "Schröder Neumann Schwarz Zimmermann Braun Krüger Hartmann Lange Yilmaz",
    ),
    "es-US": (
        "José María Carlos Lucía Luis Carmen Miguel Sofía Jorge Ana Rafael Elena Diego Isabel Alejandro Rosa Andrés "
        "Valentina Manuel Camila",
        "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz "
        "Morales Ortiz Castillo Vargas Mendoza Delgado",
    ),
    "fr-FR": (
        "Camille Julien Léa Nicolas Manon Pierre Chloé Antoine Sarah Mathieu Claire Thomas Isabelle François Nathalie "
        "Laurent Sophie Karim Élodie Hugo",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia "
        "Fournier Girard Bonnet Rousseau Lambert",
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    number: str
    first: str
    last: str
    locale: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


def somebody(pool: str, locales: dict[str, float], rng: Random) -> Person:
    """A person of the pool; the same number is always the same person, and a few of them call again and again."""
    prefixes, digits, size = POOLS[pool]
    place = int(len(prefixes) * size * rng.random() ** SKEW)
    number = prefixes[place % len(prefixes)] + digits.format(place // len(prefixes))
    own = Random(number)  # noqa: S311
    [locale] = own.choices(list(locales), list(locales.values()))
    first, last = (own.choice(names.split()) for names in NAMES[locale])
    return Person(number, first, last, locale)
