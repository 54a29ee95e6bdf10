"""Famulor: the same product as Autocalls under another name."""

from __future__ import annotations

from datetime import datetime

from calls.ingest.pages.guides.autocalls import CANNOT, PROOF, STEPS, fields
from calls.ingest.pages.guides.guide import Guide, Secret, as_json


def sample(id: str, now: datetime) -> bytes:
    return as_json({**fields(id, now), "campaign": None, "transcript": "Assistent: Guten Tag!\nKunde: Nur ein Test."})


GUIDE = Guide(
    title="Famulor",
    secret=Secret.ADDRESS,
    proof=PROOF,
    steps=STEPS,
    cannot=CANNOT,
    sample=sample,
)
