"""No test looks up a name or connects to anything but loopback."""

import socket

import pytest

# What the names of these tests resolve to.
NAMES = {
    "localhost": ["127.0.0.1"],
    "inside.example.com": ["10.1.2.3"],
    "metadata.example.com": ["169.254.169.254"],
    "six.example.com": ["fd00::1"],
    "both.example.com": ["93.184.216.34", "192.168.0.1"],
    "media.example.com": ["127.0.0.1"],
    "other.example.com": ["127.0.0.1"],
    "api.twilio.com": ["127.0.0.1"],
    "api.elevenlabs.io": ["127.0.0.1"],
    "eviltwilio.com": ["127.0.0.1"],
}


@pytest.fixture
def contacted(monkeypatch):
    """The addresses that a connection was opened to; those beyond loopback fail. Counts resolutions on the way."""
    seen = []
    connect = socket.socket.connect

    def recorded(self, address):
        seen.append(address[0])
        if address[0] not in ("127.0.0.1", "::1"):
            raise OSError("nothing beyond loopback is contacted in tests")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    return seen


@pytest.fixture
def resolved(monkeypatch):
    """The names that were looked up, in NAMES instead of in the DNS; numbers are understood as the system does."""
    seen = []
    getaddrinfo = socket.getaddrinfo

    def replaced(host, port, *arguments, **options):
        if host in NAMES:
            seen.append(host)
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, (address, port)) for address in NAMES[host]]
        return getaddrinfo(host, port, *arguments, **options | {"flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", replaced)
    return seen


@pytest.fixture
def allowed(settings):
    """Loopback by the operator's list, since the hosts of tests are there."""
    settings.RECORDING_ALLOWED_HOSTS = ["127.0.0.0/8"]
