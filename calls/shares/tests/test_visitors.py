import pytest
from django.test import RequestFactory

from calls.shares.visitors import address_of, client_of, network_of

SAFARI = "Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize("address", ["unix:", "", "999.1.1.1"])
def test_what_is_no_address_is_none(address):
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=address)) == ""


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 {SAFARI}", "Safari on iOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "a robot"),
        ("WhatsApp/2.23", "a robot"),
        ("curl/8.5.0", "something else"),
        ("", "something else"),
        ("Firefox", "Firefox"),
        ("<script>", "something else"),
    ],
)
def test_a_browser_is_named_roughly(agent, client):
    assert client_of(RequestFactory().get("/", headers={"User-Agent": agent})) == client
