"""Which addresses may be contacted."""

import pytest

from calls.recordings.addresses import is_allowed, is_public, parsed


@pytest.mark.parametrize(
    "address",
    [
        # this machine
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::1", "::"),
        # a private network
        *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.1.1", "fc00::1", "fd00:ec2::254"),
        # a link, and the metadata services of clouds
        *("169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "168.63.129.16", "192.0.0.192"),
        # a provider's own network
        *("100.64.0.1", "100.127.255.254", "100.100.100.200"),
        # no single machine
        *("224.0.0.1", "239.255.255.250", "255.255.255.255", "ff02::1", "ff0e::1"),
        # reserved, for tests and for documentation
        *("240.0.0.1", "198.18.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "3fff::1"),
        *("fec0::1", "4000::1", "100::1", "192.88.99.1"),
        # IPv4 inside IPv6: mapped, compatible, 6to4, NAT64, Teredo
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1"),
        *("2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe"),
        *("64:ff9b:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ],
)
def test_it_refuses_what_is_not_on_the_open_internet(address):
    assert not is_public(parsed(address))


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.0.1"),
        *("2606:4700:4700::1111", "::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::8.8.8.8"),
    ],
)
def test_it_takes_what_is(address):
    assert is_public(parsed(address))


@pytest.mark.parametrize(
    ("host", "address", "expected"),
    [
        ("media.internal", "10.1.2.3", True),
        ("other.media.internal", "10.1.2.3", False),
        ("x", "10.20.0.7", True),
        ("x", "::ffff:10.20.0.7", True),
        ("x", "10.21.0.7", False),
        ("x", "fd00::5", True),
        ("x", "fd00::6", False),
    ],
)
def test_the_operator_may_allow_hosts_and_networks_of_their_own(host, address, expected):
    assert is_allowed(host, parsed(address), ["media.internal", "10.20.0.0/16", "fd00::5"]) is expected
