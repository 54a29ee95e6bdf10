"""How to connect each platform, in words: one module each, beside calls.ingest.providers. A test holds that every
platform that sends has its guide, and that its test delivery becomes a call."""

from __future__ import annotations

from calls.ingest.pages.guides import (
    autocalls,
    bland,
    bolna,
    callmon,
    dograh,
    elevenlabs,
    famulor,
    livekit,
    retell,
    synthflow,
    twilio,
    ultravox,
    vapi,
)
from calls.ingest.pages.guides.guide import Guide

GUIDES: dict[str, Guide] = {
    "vapi": vapi.GUIDE,
    "retell": retell.GUIDE,
    "elevenlabs": elevenlabs.GUIDE,
    "bland": bland.GUIDE,
    "twilio": twilio.GUIDE,
    "livekit": livekit.GUIDE,
    "synthflow": synthflow.GUIDE,
    "bolna": bolna.GUIDE,
    "ultravox": ultravox.GUIDE,
    "autocalls": autocalls.GUIDE,
    "famulor": famulor.GUIDE,
    "dograh": dograh.GUIDE,
    "callmon": callmon.GUIDE,
}
