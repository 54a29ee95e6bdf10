"""/deliveries/ and /deliveries/<pk>/."""

import gzip
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from calls.ingest.models import Delivery
from calls.ingest.pages import deliveries
from calls.ingest.processing import process_waiting
from calls.tests.factory import NOON, make_call, make_user, numbers

pytestmark = pytest.mark.django_db
PAGE = "/deliveries/"


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr("calls.ingest.processing.bell.ring", lambda: heard.append(1))
    return heard


@pytest.fixture
def keeper(client):
    client.force_login(make_user(is_superuser=True))
    return client


def make_delivery(payload=None, **fields):
    body = json.dumps(payload or {"id": "c-1"}).encode()
    defaults = {
        "provider": "callmon",
        "digest": f"{next(numbers):064}",
        "body": gzip.compress(body),
        "size_bytes": len(body),
        "origin": "webhook",
        "received_at": NOON,
        "state": "processed",
    }
    return Delivery.objects.create(**defaults | fields)


def make_rejected(**fields):
    return make_delivery(state="rejected", reason="status: takes one of initiated, ringing", **fields)


def words_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def shown(response):
    return [one.pk for one in response.context["deliveries"]]


def test_it_lists_what_arrived_newest_first(keeper):
    call = make_call()
    old = make_delivery(event="call_ended", call=call, received_at=NOON - timedelta(hours=1))
    new = make_rejected()
    response = keeper.get(PAGE)
    assert shown(response) == [new.pk, old.pk]
    words = words_of(response)
    assert "20 Nov 12:00 callmon – Rejected status takes one of initiated, ringing" in words
    assert "20 Nov 11:00 callmon call_ended Processed +1 202-555-0123" in words
    assert f"/calls/{call.uuid}/" in response.content.decode()


def test_without_deliveries_it_says_how_to_begin(keeper):
    words = words_of(keeper.get(PAGE))
    assert "Nothing has arrived yet" in words
    assert "Connect a platform" in words


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}1/"])
def test_who_may_not_see_deliveries_does_not_find_the_page(client, page):
    client.force_login(make_user(sees_all=True))
    make_delivery(pk=1)
    assert client.get(page).status_code == 404


def test_the_permission_to_view_deliveries_shows_them_and_processes_nothing(client):
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    client.force_login(user)
    delivery = make_rejected()
    assert "again" not in client.get(PAGE).content.decode()
    assert "Process again" not in client.get(f"{PAGE}{delivery.pk}/").content.decode()
    assert client.post(f"{PAGE}{delivery.pk}/again/").status_code == 404
    assert client.post(f"{PAGE}again/").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("provider=vapi", ["vapi"]),
        ("state=rejected", ["rejected"]),
        ("event=call_ended", ["event"]),
        ("from=2026-11-21", ["late"]),
        ("to=2026-11-19", ["early"]),
        ("state=rejected&provider=vapi", []),
    ],
)
def test_it_filters(keeper, query, expected):
    names = {
        make_delivery(provider="vapi").pk: "vapi",
        make_rejected().pk: "rejected",
        make_delivery(event="call_ended").pk: "event",
        make_delivery(received_at=NOON + timedelta(days=1)).pk: "late",
        make_delivery(received_at=NOON - timedelta(days=1)).pk: "early",
    }
    assert [names[pk] for pk in shown(keeper.get(f"{PAGE}?{query}"))] == expected


def test_it_shows_the_deliveries_of_one_call(keeper):
    call = make_call()
    theirs = make_delivery(call=call)
    make_delivery()
    assert shown(keeper.get(f"{PAGE}?call={call.uuid}")) == [theirs.pk]


@pytest.mark.parametrize(
    "query", ["colour=red", "state=done", "provider=x", "from=x", "call=1", "after=x", "after=W10", "state=%00"]
)
def test_an_unknown_parameter_or_an_invalid_value_selects_nothing(keeper, query):
    make_delivery()
    response = keeper.get(f"{PAGE}?{query}")
    assert response.status_code == 400
    assert shown(response) == []
    assert 'role="alert"' in response.content.decode()


def test_pages_follow_each_other_without_gap_or_repetition(keeper):
    made = [make_delivery(received_at=NOON - timedelta(seconds=place // 3)).pk for place in range(120)]
    found, query = [], ""
    while True:
        response = keeper.get(f"{PAGE}?{query}")
        found += shown(response)
        query = response.context["links"][1][2]
        if not query:
            break
    assert sorted(found) == sorted(made)
    back = response.context["links"][0][2]
    assert shown(keeper.get(f"{PAGE}?{back}")) == found[50:100]


@pytest.mark.parametrize("number", [3, 50])
def test_a_page_takes_few_queries_whatever_its_length(keeper, django_assert_max_num_queries, number):
    for _ in range(number):
        make_delivery(call=make_call())
    with django_assert_max_num_queries(7):
        keeper.get(PAGE)


def test_one_delivery_shows_its_body_with_credentials_masked(keeper):
    delivery = make_delivery(
        {"id": "c-1", "api_key": "very secret", "url": "https://x.example/a?token=abc", "inner": [{"name": "Zoë"}]}
    )
    page = keeper.get(f"{PAGE}{delivery.pk}/").content.decode()
    assert "very secret" not in page
    assert "token=abc" not in page
    assert "Zoë" in page
    assert "&quot;api_key&quot;: &quot;•••&quot;" in page


def test_a_body_that_is_not_json_is_shown_as_it_is(keeper):
    delivery = make_rejected(body=gzip.compress(b"\xff{not <json>"))
    assert "{not &lt;json&gt;" in keeper.get(f"{PAGE}{delivery.pk}/").content.decode()


def test_sound_in_a_body_is_cut(keeper):
    delivery = make_delivery({"full_audio": "A" * 50_000})
    page = keeper.get(f"{PAGE}{delivery.pk}/").content.decode()
    assert "(50,000 characters)" in page
    assert len(page) < 20_000


def test_a_body_whose_life_is_over_says_so(keeper):
    delivery = make_rejected(body=b"")
    words = words_of(keeper.get(f"{PAGE}{delivery.pk}/"))
    assert "It was removed after 30 days" in words
    assert "Process again…" not in words


def test_one_is_processed_again(keeper, rings):
    delivery = make_rejected(body=gzip.compress(b'{"id": "c", "status": "busy", "started_at": "2026-11-20T14:03:11Z"}'))
    response = keeper.post(f"{PAGE}{delivery.pk}/again/", follow=True)
    assert "Waiting" in words_of(response)
    assert rings == [1]
    process_waiting()
    assert "The call it became" in words_of(keeper.get(f"{PAGE}{delivery.pk}/"))


def test_one_that_waits_is_followed_by_its_part_of_the_page(keeper):
    delivery = make_delivery(state="waiting")
    part = keeper.get(f"{PAGE}{delivery.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in part
    assert "<html" not in part
    Delivery.objects.update(state="processed")
    assert "hx-get" not in keeper.get(f"{PAGE}{delivery.pk}/", headers={"HX-Request": "true"}).content.decode()


def test_all_that_were_rejected_are_processed_again(keeper):
    rejected = [make_rejected(), make_rejected(provider="vapi")]
    processed = make_delivery()
    assert "Reads 2 deliveries" in words_of(keeper.get(PAGE))
    assert keeper.post(f"{PAGE}again/").status_code == 302
    assert set(Delivery.objects.filter(state="waiting")) == set(rejected)
    processed.refresh_from_db()
    assert processed.state == "processed"


def test_processing_again_keeps_to_the_filter(keeper):
    make_rejected()
    theirs = make_rejected(provider="vapi")
    keeper.post(f"{PAGE}again/?provider=vapi&state=rejected")
    assert list(Delivery.objects.filter(state="waiting")) == [theirs]


def test_an_invalid_filter_processes_nothing_again(keeper):
    make_rejected()
    keeper.post(f"{PAGE}again/?provider=x")
    assert not Delivery.objects.filter(state="waiting").exists()


def test_the_navigation_counts_what_was_rejected_of_late(keeper):
    make_rejected(received_at=timezone.now())
    make_rejected(received_at=timezone.now() - timedelta(days=8))
    assert keeper.get("/calls/").context["intake"]["rejected"] == "1"


def test_the_count_in_the_navigation_has_a_cap(keeper, monkeypatch):
    monkeypatch.setattr("calls.ingest.pages.nav.MOST_COUNTED", 2)
    for _ in range(4):
        make_rejected(received_at=timezone.now())
    assert keeper.get("/calls/").context["intake"]["rejected"] == "2+"


def test_the_navigation_of_others_has_no_deliveries(client):
    client.force_login(make_user(sees_all=True))
    make_rejected(received_at=timezone.now())
    page = client.get("/calls/").content.decode()
    assert "/deliveries/" not in page
    assert "nav-count" not in page


def test_the_log_takes_few_queries(keeper, django_assert_max_num_queries):
    make_call()
    make_rejected(received_at=timezone.now())
    with django_assert_max_num_queries(8):
        keeper.get("/calls/")


def test_a_call_leads_to_its_deliveries(keeper):
    call = make_call()
    assert f"/deliveries/?call={call.uuid}" in keeper.get(call.get_absolute_url()).content.decode()


def test_a_call_leads_nowhere_for_those_who_may_not_see_deliveries(client):
    client.force_login(make_user(sees_all=True))
    assert "/deliveries/" not in client.get(make_call().get_absolute_url()).content.decode()


def test_counts_are_said_with_their_cap():
    assert deliveries.counted(1) == "1 delivery"
    assert deliveries.counted(10_001) == "10,000+ deliveries"
