"""/sources/ and the page of each source."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import Permission

from calls.ingest.models import Delivery, Source, WebhookSecret
from calls.ingest.pages.guides import GUIDES
from calls.ingest.providers import SENDERS
from calls.ingest.tests.signing import post
from calls.models import Assistant, Call
from calls.tests.factory import make_user

pytestmark = pytest.mark.django_db
PAGE = "/sources/"


@pytest.fixture
def keeper(client, settings):
    settings.WEBHOOK_SECRETS = {}
    client.force_login(make_user("ann", is_superuser=True))
    return client


def words_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_every_platform_that_sends_has_a_guide():
    assert set(SENDERS) <= set(GUIDES)


def test_it_lists_the_platforms_and_when_each_sent_last(keeper):
    WebhookSecret.objects.create(provider="vapi", value="a secret of vapi")
    keeper.post(f"{PAGE}retell/test/")
    words = words_of(keeper.get(PAGE))
    assert "Retell Last delivery" in words
    assert "Vapi Waits for its first delivery" in words
    assert "ElevenLabs Not connected" in words


def test_who_may_not_keep_sources_does_not_find_them(client):
    user = make_user(sees_all=True)
    client.force_login(user)
    assert client.get(PAGE).status_code == 404
    assert client.get(f"{PAGE}vapi/").status_code == 404
    assert client.post(f"{PAGE}vapi/secrets/").status_code == 404
    assert "/sources/" not in client.get("/calls/").content.decode()
    user.user_permissions.add(Permission.objects.get(codename="change_source"))
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("name", SENDERS)
def test_the_page_of_a_platform_tells_the_address_the_switches_and_what_it_cannot_tell(keeper, name):
    words = words_of(keeper.get(f"{PAGE}{name}/"))
    assert f"http://127.0.0.1:8000/webhooks/{name}/" in words
    for line in (*GUIDES[name].steps, *GUIDES[name].cannot, GUIDES[name].proof):
        assert " ".join(line.split()) in words


@pytest.mark.parametrize("name", ["nothing", "export", "a b", "%00"])
def test_what_is_no_source_is_not_found(keeper, name):
    assert keeper.get(f"{PAGE}{name}/").status_code == 404
    for action in ("secrets", "rate", "test"):
        assert keeper.post(f"{PAGE}{name}/{action}/").status_code == 404


@pytest.mark.parametrize("name", [name for name in SENDERS if SENDERS[name].ADDRESS_SUFFICES])
def test_a_secret_made_here_makes_an_address_that_works_and_is_shown_once(keeper, client, name):
    response = keeper.post(f"{PAGE}{name}/secrets/", {"label": "for the dialler"})
    assert response.status_code == 201
    address = response.context["new_address"].removeprefix("http://127.0.0.1:8000")
    secret = WebhookSecret.objects.get(provider=name)
    assert address == f"/webhooks/{name}/{secret.value}/"
    assert client.post(address, b"{}", content_type="application/json").status_code in (200, 400)
    assert Delivery.objects.exists()
    page = keeper.get(f"{PAGE}{name}/").content.decode()
    assert secret.value not in page
    assert secret.masked in page
    assert "for the dialler" in page


def test_a_secret_of_the_platform_is_entered(keeper, client):
    response = keeper.post(f"{PAGE}retell/secrets/", {"value": "key_0123456789"})
    assert response.status_code == 201
    assert "key_0123456789" not in response.content.decode()
    body = b'{"event": "call_started", "call": {"call_id": "1"}}'
    assert post(client, "retell", body, secret="key_0123456789").status_code == 200


@pytest.mark.parametrize(
    ("value", "message"), [("short", "at least 8"), ("with space here", "without spaces"), ("known-secret", "already")]
)
def test_it_says_what_is_wrong_with_a_secret(keeper, value, message):
    WebhookSecret.objects.create(provider="retell", value="known-secret")
    response = keeper.post(f"{PAGE}retell/secrets/", {"value": value})
    assert response.status_code == 422
    assert message in words_of(response)
    assert WebhookSecret.objects.count() == 1


def test_a_removed_secret_proves_nothing_any_more(keeper, client):
    secret = WebhookSecret.objects.create(provider="callmon", value="a secret that was")
    assert keeper.post(f"{PAGE}vapi/secrets/{secret.pk}/remove/").status_code == 404
    keeper.post(f"{PAGE}callmon/secrets/{secret.pk}/remove/")
    assert post(client, "callmon", b"{}", secret="a secret that was").status_code == 401


def test_secrets_of_the_environment_are_counted_and_not_shown(keeper, settings):
    settings.WEBHOOK_SECRETS = {"vapi": ["one secret of vapi", "two"]}
    words = words_of(keeper.get(f"{PAGE}vapi/"))
    assert "2 from the environment" in words
    assert "one secret of vapi" not in words


@pytest.mark.parametrize("name", SENDERS)
def test_a_test_delivery_becomes_a_call_and_goes_with_it(keeper, name):
    response = keeper.post(f"{PAGE}{name}/test/", follow=True)
    delivery, call = Delivery.objects.get(), Call.objects.get()
    assert (delivery.provider, delivery.state, delivery.reason, delivery.call) == (name, "processed", "", call)
    assert call.status == "completed"
    assert "Remove the test and its call" in words_of(response)
    keeper.post(f"/deliveries/{delivery.pk}/remove/")
    assert not Call.objects.exists()
    assert not Assistant.objects.exists()
    assert not Delivery.objects.exists()


def test_a_delivery_of_a_platform_is_not_removed(keeper, settings, client):
    settings.WEBHOOK_SECRETS = {"callmon": ["the secret"]}
    post(client, "callmon", b"{}", secret="the secret")
    assert keeper.post(f"/deliveries/{Delivery.objects.get().pk}/remove/").status_code == 404


def test_the_rate_of_a_source_is_set(keeper):
    keeper.post(f"{PAGE}vapi/rate/", {"credits_per_usd": "1000"})
    assert Source.objects.get(name="vapi").credits_per_usd == Decimal(1000)
    response = keeper.post(f"{PAGE}vapi/rate/", {"credits_per_usd": "-1"})
    assert response.status_code == 422
    assert "greater than or equal to 0" in words_of(response)


def test_a_source_of_a_program_has_a_rate(keeper):
    Source.objects.create(name="my-dialler")
    assert "my-dialler" in words_of(keeper.get(PAGE))
    assert keeper.post(f"{PAGE}my-dialler/rate/", {"credits_per_usd": "7"}).status_code == 302
    assert Source.objects.get(name="my-dialler").credits_per_usd == 7
