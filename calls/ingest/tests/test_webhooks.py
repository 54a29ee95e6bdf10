"""The address that platforms send to: what is taken, what is refused, and how."""

import gzip
import json
import time

import pytest
from django.db import OperationalError, connection

from calls.ingest import rate, webhooks
from calls.ingest import secrets as secrets_kept
from calls.ingest.models import Delivery, DeliveryState, WebhookSecret
from calls.ingest.processing import process_waiting
from calls.ingest.tests.signing import SECRET, post
from calls.models import Call

pytestmark = pytest.mark.django_db
BODY = json.dumps({"id": "c-1", "status": "completed", "started_at": "2026-11-20T14:03:11Z"}).encode()


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.WEBHOOK_SECRETS = {"callmon": ["an older secret", SECRET], "retell": [SECRET]}
    rate.reset()


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    """How often the bell was rung."""
    heard = []
    monkeypatch.setattr(webhooks.bell, "ring", lambda: heard.append(1))
    return heard


def test_a_signed_delivery_is_kept_and_becomes_a_call(client, rings):
    answer = post(client, "callmon", BODY)
    assert (answer.status_code, rings) == (200, [1])
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.raw, delivery.origin) == (DeliveryState.WAITING, BODY, "webhook")
    process_waiting()
    assert Call.objects.get().external_id == "c-1"


@pytest.mark.parametrize("secret", ["an older secret", SECRET])
def test_several_secrets_are_valid_at_once(client, secret):
    assert post(client, "callmon", BODY, secret=secret).status_code == 200


def test_a_secret_made_in_the_site_is_valid(client):
    WebhookSecret.objects.create(provider="callmon", value="made in the site")
    assert post(client, "callmon", BODY, secret="made in the site").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {}},
        {"secret": "another secret"},
        {"age_seconds": 400},
        {"age_seconds": -400},
        {"headers": {"X-Signature": "t=1,v1=zz"}},
        {"address": "not-the-secret"},
    ],
)
def test_what_is_not_verified_is_refused_without_a_hint(client, sent):
    now = time.time() - sent.get("age_seconds", 0)
    sent = {name: value for name, value in sent.items() if name != "age_seconds"}
    answer = post(client, "callmon", BODY, now=now, **sent)
    assert (answer.status_code, answer.content, Delivery.objects.count()) == (401, b"not verified\n", 0)


def test_without_any_secret_nothing_is_verified(client, settings):
    settings.WEBHOOK_SECRETS = {}
    assert post(client, "callmon", BODY, secret="").status_code == 401


def test_the_secret_in_the_address_counts_where_signing_is_optional(client):
    assert post(client, "callmon", BODY, address=SECRET).status_code == 200


def test_the_secret_in_the_address_does_not_replace_a_signature_that_is_always_sent(client):
    body = b'{"event": "call_started", "call": {"call_id": "1"}}'
    assert post(client, "retell", body, address=SECRET).status_code == 401


def test_the_address_may_have_no_slash_at_its_end(client):
    assert client.post(f"/webhooks/callmon/{SECRET}", BODY, content_type="application/json").status_code == 200


def test_the_address_names_the_assistant(client):
    path = f"/webhooks/callmon/{SECRET}/?assistant=Support%20line"
    client.post(path, BODY, content_type="application/json")
    process_waiting()
    assert Call.objects.get().assistant.name == "Support line"


def test_what_comes_twice_is_one_delivery(client):
    assert [post(client, "callmon", BODY).status_code for _ in range(2)] == [200, 200]
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        (BODY.decode().encode("utf-16"), "not UTF-8 text"),
        (gzip.compress(BODY, mtime=0), "not UTF-8 text"),
        (b"[]", "not a JSON object"),
        (b"", "not JSON: Expecting value at column 1"),
    ],
)
def test_what_cannot_be_read_is_refused_and_kept_with_the_reason(client, body, reason):
    answer = post(client, "callmon", body)
    assert (answer.status_code, answer.content.decode()) == (400, f"{reason}\n")
    assert list(Delivery.objects.values_list("state", "reason")) == [("rejected", reason)]


def test_a_large_delivery_is_refused_before_it_is_read(client, settings):
    settings.WEBHOOK_MAX_MB = 1
    answer = post(client, "callmon", b" " * (1024 * 1024 + 1))
    assert (answer.status_code, answer.content) == (413, b"takes at most 1 MB\n")


def test_a_delivery_of_the_largest_size_is_taken(client, settings):
    settings.WEBHOOK_MAX_MB = 3  # more than Django takes by itself
    body = BODY[:-1] + b" " * (3 * 1024 * 1024 - len(BODY)) + b"}"
    assert post(client, "callmon", body).status_code == 200


def test_too_many_in_a_minute_are_asked_to_come_later(client, settings):
    settings.WEBHOOKS_PER_MINUTE = 2
    answers = [post(client, "callmon", BODY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60


def test_unverified_deliveries_do_not_count(client, settings):
    settings.WEBHOOKS_PER_MINUTE = 1
    post(client, "callmon", BODY, secret="another secret")
    assert post(client, "callmon", BODY).status_code == 200


def test_what_the_database_did_not_keep_may_be_sent_again(client, monkeypatch):
    def fail(*arguments, **options):
        raise OperationalError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(webhooks, "keep", fail)
        answer = post(client, "callmon", BODY)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert post(client, "callmon", BODY).status_code == 200


def test_other_methods_and_other_platforms_have_no_address(client):
    assert client.get("/webhooks/callmon/").status_code == 405
    assert post(client, "nobody", BODY).status_code == 404


def test_keeping_takes_one_query(client, django_assert_num_queries):
    post(client, "callmon", BODY[:-1] + b" }")  # after which the secrets are known
    with django_assert_num_queries(0 if connection.vendor == "postgresql" else 1):  # it goes past Django there
        post(client, "callmon", BODY)


def test_a_removed_secret_is_forgotten_after_a_moment(client, monkeypatch):
    secret = WebhookSecret.objects.create(provider="callmon", value="made in the site")
    assert post(client, "callmon", BODY, secret="made in the site").status_code == 200
    secret.delete()
    monkeypatch.setattr(secrets_kept, "RECENT_SECONDS", 0)
    assert post(client, "callmon", BODY, secret="made in the site").status_code == 401


def test_it_has_no_session_and_asks_for_no_cookie(client):
    answer = post(client, "callmon", BODY)
    assert (answer.cookies, answer.get("Vary")) == ({}, None)
    assert int(answer["Content-Length"]) == len(answer.content)


def test_what_is_no_address_of_the_intake_is_not_found(client):
    assert client.post("/webhooks/").status_code == 404


def test_a_secret_in_the_address_is_not_logged(client, settings, caplog):
    settings.WEBHOOKS_PER_MINUTE = 1
    assert [post(client, "callmon", BODY, address=SECRET).status_code for _ in range(2)] == [200, 429]
    assert SECRET not in caplog.text
