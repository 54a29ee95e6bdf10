"""The businesses whose phone lines the demo calls come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from calls.choices import Direction


@dataclass(frozen=True, slots=True)
class Line:
    """An assistant with a number. `hours` and `week` are weights from 0 to 9: midnight to eleven at night in `zone`,
    and Monday to Sunday. `scripts` names the script file for each language of the callers."""

    source: str
    name: str
    business: str
    agent: str
    direction: Direction
    number: str
    country: str
    zone: ZoneInfo
    share: float
    hours: str
    week: str
    pool: str
    locales: dict[str, float]
    scripts: dict[str, str]
    opening_hours: dict[str, str] = field(default_factory=dict)
    llm_ms: int = 600

    @property
    def is_outbound(self) -> bool:
        return self.direction == Direction.OUTBOUND

    @property
    def external_id(self) -> str:
        return assistant_id(self.source, self.name)


def assistant_id(source: str, name: str) -> str:
    """An id as the platform gives them, always the same for the same name."""
    rng = Random(f"assistant {name}")  # noqa: S311
    if source == "vapi":
        return str(UUID(int=rng.getrandbits(128), version=4))
    if source == "retell":
        return f"agent_{rng.getrandbits(104):026x}"
    return f"agent_{rng.randint(1000, 9999)}k" + "".join(rng.choices("abcdefghjkmnpqrstvwxyz0123456789", k=23))


def campaign_id(source: str, name: str) -> str:
    """An id as the platform gives them, always the same for the same name."""
    rng = Random(f"campaign {name}")  # noqa: S311
    if source == "vapi":
        return str(UUID(int=rng.getrandbits(128), version=4))
    return f"batch_call_{rng.getrandbits(80):020x}"


NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
LONDON, BERLIN, PARIS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris")
DENTAL_HOURS = {
    "en-US": "We're open Monday to Friday from 8 AM to 5 PM.",
    "es-US": "Abrimos de lunes a viernes, de ocho de la mañana a cinco de la tarde.",
}
HOTEL_HOURS = {
    "en-US": "Our front desk is open around the clock.",
    "es-US": "La recepción está abierta las veinticuatro horas.",
}

LINES = (
    Line(
        "vapi", "Larkspur Dental reception", "Larkspur Dental", "Ava", Direction.INBOUND, "+16175550190", "US",
        NEW_YORK, 15, "000000027985468974100000", "9877510", "boston", {"en-US": 4, "es-US": 1},
        {"en-US": "dental_en", "es-US": "dental_es"}, DENTAL_HOURS, 560,
    ),
    Line(
        "vapi", "Larkspur Dental recalls", "Larkspur Dental", "Ava", Direction.OUTBOUND, "+16175550191", "US",
        NEW_YORK, 9, "000000000397335786400000", "8999600", "boston", {"en-US": 1}, {"en-US": "recalls_en"}, {}, 540,
    ),
    Line(
        "retell", "Brightwell dispatch", "Brightwell Plumbing", "Max", Direction.INBOUND, "+12135550190", "US",
        LOS_ANGELES, 11, "211112489976567887654332", "9776575", "los angeles", {"en-US": 1},
        {"en-US": "plumbing_en"}, {"en-US": "We answer around the clock, and visits are from 7 AM to 7 PM."}, 690,
    ),
    Line(
        "elevenlabs", "Tern Parcels tracking", "Tern Parcels", "Isla", Direction.INBOUND, "+441632960990", "GB",
        LONDON, 14, "000000159998756678752000", "9878751", "britain", {"en-GB": 1}, {"en-GB": "parcel_en"},
        {"en-GB": "We're here from 7am to 9pm, every day except Sunday."}, 430,
    ),
    Line(
        "elevenlabs", "Tern Parcels Sendungsauskunft", "Tern Parcels", "Lena", Direction.INBOUND, "+493023125990",
        "DE", BERLIN, 9, "000000049998645678630000", "9878630", "germany", {"de-DE": 1}, {"de-DE": "parcel_de"},
        {"de-DE": "Wir sind montags bis samstags von 7 bis 20 Uhr für Sie da."}, 450,
    ),
    Line(
        "retell", "Tern Parcels survey", "Tern Parcels", "Isla", Direction.OUTBOUND, "+441632960991", "GB",
        LONDON, 10, "000000000059868997830000", "7899840", "britain", {"en-GB": 1}, {"en-GB": "survey_en"}, {}, 620,
    ),
    Line(
        "elevenlabs", "Hotel Calusa front desk", "Hotel Calusa", "Sofía", Direction.INBOUND, "+13055550190", "US",
        NEW_YORK, 10, "322222356788766788877654", "7778898", "miami", {"en-US": 13, "es-US": 7},
        {"en-US": "hotel_en", "es-US": "hotel_es"}, HOTEL_HOURS, 470,
    ),
    Line(
        "vapi", "Hotel Calusa website voice", "Hotel Calusa", "Sofía", Direction.WEB, "", "US", NEW_YORK, 4,
        "532211234567778888999987", "7777799", "miami", {"en-US": 1}, {"en-US": "concierge_en"}, {}, 520,
    ),
    Line(
        "vapi", "Northlight Energy support", "Northlight Energy", "Rowan", Direction.INBOUND, "+441632960992", "GB",
        LONDON, 12, "111111258997656788753222", "9877742", "britain", {"en-GB": 1}, {"en-GB": "energy_en"},
        {"en-GB": "Our team is here from 8am to 6pm on weekdays, and I'm here all the time."}, 610,
    ),
    Line(
        "retell", "Northlight Energy renewals", "Northlight Energy", "Rowan", Direction.OUTBOUND, "+441632960993",
        "GB", LONDON, 11, "000000000489756789981000", "8999720", "britain", {"en-GB": 1}, {"en-GB": "renewals_en"},
        {}, 650,
    ),
    Line(
        "retell", "Chez Colette réservations", "Chez Colette", "Margaux", Direction.INBOUND, "+33199009900", "FR",
        PARIS, 7, "000000000136983235798300", "0467998", "france", {"fr-FR": 6, "en-GB": 1},
        {"fr-FR": "restaurant_fr", "en-GB": "restaurant_en"},
        {
            "fr-FR": "Nous sommes ouverts du mardi au samedi, midi et soir, et le dimanche midi.",
            "en-GB": "We're open for lunch and dinner from Tuesday to Saturday, and for lunch on Sunday.",
        },
        710,
    ),
)  # fmt: skip
