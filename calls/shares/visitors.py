"""Who opens a link, as far as it is kept: the network and, roughly, the browser."""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

# Bits of an address that are kept: a company or a street, not a person.
IPV4_BITS, IPV6_BITS = 24, 48
# In this order: every browser claims to be several of those below it.
BROWSERS = {
    r"bot\b|crawl|spider|preview|facebookexternalhit|slackbot|whatsapp": "a robot",
    r"Edg": "Edge",
    r"OPR|Opera": "Opera",
    r"Firefox|FxiOS": "Firefox",
    r"Chrome|CriOS|Chromium": "Chrome",
    r"Safari": "Safari",
}
SYSTEMS = {
    r"Android": "Android",
    r"iPhone|iPad|iOS": "iOS",
    r"Windows": "Windows",
    r"Mac OS|Macintosh": "macOS",
    r"CrOS": "ChromeOS",
    r"Linux": "Linux",
}


def address_of(request: HttpRequest) -> str:
    """Where the request comes from. Over https there is a proxy in front of us, and the last address that it names
    is the one it spoke to; what stands before that anybody can write. "" for what is no address."""
    text = request.META.get("REMOTE_ADDR", "")
    if settings.IS_HTTPS:
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def network_of(address: str) -> str:
    """`203.0.113.0/24`, `2001:db8:1::/48`; "" for no address."""
    if not address:
        return ""
    bits = IPV4_BITS if "." in address else IPV6_BITS
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def client_of(request: HttpRequest) -> str:
    """`Firefox on Windows`, `a robot`, `something else`."""
    agent = request.headers.get("User-Agent", "")
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if not browser or not system or browser == "a robot":
        return browser or "something else"
    return f"{browser} on {system}"


def _first(patterns: dict[str, str], agent: str) -> str:
    return next((name for pattern, name in patterns.items() if re.search(pattern, agent, re.IGNORECASE)), "")
