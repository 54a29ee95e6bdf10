"""Sample payloads of the providers, and changes to them."""

import copy
import json
from pathlib import Path

from calls.ingest.normalised import Ignored, Rejected
from calls.ingest.providers import recognise

SAMPLES = Path(__file__).parent / "samples"
# No calls, and a page that does not name its call.
OTHERS = ("status_maps", "signature_vectors", "ultravox_call_messages_completed")
NAMES = sorted(path.stem for path in SAMPLES.glob("*_*.json") if path.stem not in OTHERS)
MISSING = object()


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def status_map(provider):
    return json.loads((SAMPLES / "status_maps.json").read_text())["providers"][provider]


def changed(payload, changes):
    """A copy with {"message.call.id": value} set; MISSING deletes. Numbers in a path are places in a list."""
    payload = copy.deepcopy(payload)
    for path, value in changes.items():
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
        place = payload
        for part in parents:
            place = place[part] if isinstance(part, int) else place.setdefault(part, {})
        if value is MISSING:
            del place[last]
        else:
            place[last] = value
    return payload


def parsed(payload):
    """The call of a payload, through the provider that recognises it."""
    return recognise(payload).parse(payload)


def rejection(payload):
    """The whole reason why a payload is refused."""
    try:
        parsed(payload)
    except Rejected as error:
        return str(error)
    raise AssertionError("it was accepted")


def ignored(payload):
    """The reason why a known event is not used."""
    try:
        parsed(payload)
    except Ignored as error:
        return str(error)
    raise AssertionError("it was used")
