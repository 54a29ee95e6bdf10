"""Which addresses a recording may be fetched from: no machine behind our own door. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address

# What Python's own properties leave out, or know only in later versions.
REFUSED = [
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # carrier-grade NAT
        "168.63.129.16/32",  # the metadata service of Azure
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "64:ff9b:1::/48",  # NAT64 of a network of one's own
        "2001::/23",  # Teredo and others
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
]
NAT64 = ip_network("64:ff9b::/96")
COMPATIBLE = ip_network("::/96")


def parsed(text: str) -> IPAddress:
    """The address that is really reached: an IPv4 address inside an IPv6 one counts. Raises ValueError."""
    address = ip_address(text)
    return _inner(address) or address


def _inner(address: IPAddress) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_public(address: IPAddress) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not is_special and not any(address in network for network in REFUSED)


def is_allowed(host: str, address: IPAddress, allowed: Iterable[str]) -> bool:
    """Whether the operator's list names the host or a network that has the address."""
    return any(entry == host or _has(entry, address) for entry in allowed)


def _has(entry: str, address: IPAddress) -> bool:
    try:
        return address in ip_network(entry)
    except ValueError:  # a name
        return False
