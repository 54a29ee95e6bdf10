"""The platforms whose payloads are understood, one module each; README, "Add a provider", says what goes in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from calls.ingest.normalised import Json, NormalisedCall
from calls.ingest.providers import (
    autocalls,
    bland,
    bolna,
    callmon,
    dograh,
    elevenlabs,
    export,
    famulor,
    livekit,
    retell,
    synthflow,
    twilio,
    ultravox,
    vapi,
)
from calls.ingest.records import Record, record_in
from calls.ingest.signatures import Received

Decode = Callable[[int, bytes], Record]


class Provider(Protocol):
    """A module that reads the payloads of one platform, without database, settings or request.

    `event` is the platform's own word for what it tells of, "" when it has none.
    `parse` raises Rejected for what is not the platform's format, Ignored for an event that the log does not use.
    """

    NAME: str

    def recognises(self, payload: dict[str, Json]) -> bool: ...
    def event(self, payload: dict[str, Json]) -> str: ...
    def parse(self, payload: dict[str, Json]) -> NormalisedCall: ...


class Sender(Provider, Protocol):
    """A platform that sends its payloads by itself.

    `verify` says whether one of the secrets made the signature. Where ADDRESS_SUFFICES, a secret in the address
    counts in its place.
    """

    ADDRESS_SUFFICES: bool

    def verify(self, received: Received, secrets: Sequence[str]) -> bool: ...


# In the order in which they are asked to recognise a payload: the plainest names come last.
SENDERS: dict[str, Sender] = {
    "vapi": vapi,
    "ultravox": ultravox,
    "synthflow": synthflow,
    "livekit": livekit,
    "retell": retell,
    "elevenlabs": elevenlabs,
    "twilio": twilio,
    "bolna": bolna,
    "bland": bland,
    "famulor": famulor,
    "autocalls": autocalls,
    "dograh": dograh,
    "callmon": callmon,
}
PROVIDERS: dict[str, Provider] = {"export": export, **SENDERS}

# Bodies that are not JSON.
DECODERS: dict[str, Decode] = {"twilio": twilio.record_in_form}

# What a signature is good for once, where it does not cover the body.
ONCE: dict[str, Callable[[dict[str, Json]], str]] = {"synthflow": synthflow.once}


def recognise(payload: Json) -> Provider | None:
    """The provider whose payload this looks like; None when it is nobody's."""
    if not isinstance(payload, dict):
        return None
    return next((provider for provider in PROVIDERS.values() if provider.recognises(payload)), None)


def decode(provider: str, position: int, body: bytes) -> Record:
    """The record that a body of the provider holds."""
    return DECODERS.get(provider, record_in)(position, body)


def once_of(provider: str, payload: dict[str, Json]) -> str:
    """What the provider's signature is good for once; "" where it covers the whole body."""
    return ONCE[provider](payload) if provider in ONCE else ""
