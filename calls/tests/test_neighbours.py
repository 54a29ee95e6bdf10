"""Previous and next call: the neighbours in the list that the reader came from."""

import random
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from calls import filters, paging
from calls.filters import CallFilter, list_suffix
from calls.models import Call
from calls.neighbours import neighbours_of
from calls.paging import COLUMNS, read_page
from calls.tables import VALUES
from calls.tests.factory import NOON, make_assistant, make_call, make_user

pytestmark = pytest.mark.django_db

QUERIES = [
    *("", "status=completed", "phone=0123", "q=hello", "variable=order%3A1", "status=busy&status=completed"),
    *(f"sort={sign}{name}" for name in COLUMNS for sign in ("", "-")),
    *("sort=-duration&status=completed", "sort=cost&q=hello", "size=25&sort=assistant"),
]


@pytest.fixture
def user():
    return make_user(sees_all=True)


@pytest.fixture
def log():
    """Calls with many equal and unknown values in every column of an order."""
    chance = random.Random(7)
    assistants = [make_assistant("Anna"), make_assistant("Bert"), None]
    for _ in range(40):
        make_call(
            assistant=chance.choice(assistants),
            status=chance.choice(["completed", "busy"]),
            started_at=NOON + timedelta(seconds=chance.randrange(5)),
            duration_ms=chance.choice([None, 1000, 2000]),
            cost=chance.choice([None, Decimal(1), Decimal(2)]),
            transcript=chance.choice([None, "hello there"]),
            variables=chance.choice([{}, {"order": 1}]),
        )


def listed(query, user):
    """The calls of the list in its order, as the pages show them."""
    selection = CallFilter.for_user(QueryDict(query), user)
    calls = selection.qs.values(*VALUES)
    return [row["uuid"] for row in read_page(calls, selection.order, 1000, few=True).rows]


def address(uuid, query):
    return f"/calls/{uuid}/{list_suffix(query)}" if uuid else ""


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("few", [3000, 0])
def test_the_neighbours_are_those_of_the_filtered_list(log, user, query, few, monkeypatch):
    monkeypatch.setattr(filters, "FEW", few)
    uuids = listed(query, user)
    assert len(uuids) > 10
    calls = Call.objects.in_bulk(uuids, field_name="uuid")
    for before, uuid, after in zip([None, *uuids], uuids, [*uuids[1:], None], strict=False):
        found = neighbours_of(calls[uuid], query, user)
        assert (found.previous, found.next) == (address(before, query), address(after, query))


def test_a_call_that_left_the_list_still_has_neighbours_in_it(user):
    newest, left, oldest = (make_call(started_at=NOON - timedelta(hours=n)) for n in range(3))
    Call.objects.filter(pk=left.pk).update(status="busy")
    found = neighbours_of(left, "status=completed", user)
    assert str(newest.uuid) in found.previous
    assert str(oldest.uuid) in found.next


def test_neighbours_are_calls_that_the_user_may_see():
    viewer = make_user()
    assistant = make_assistant(viewers=(viewer,))
    call = make_call(assistant=assistant)
    make_call(started_at=NOON + timedelta(hours=1))
    seen = make_call(assistant=assistant, started_at=NOON - timedelta(hours=2))
    make_call(started_at=NOON - timedelta(hours=1))
    found = neighbours_of(call, "", viewer)
    assert (found.previous, found.next) == ("", address(seen.uuid, ""))


@pytest.mark.parametrize("query", ["status=nonsense", "unknown=1", "sort=nonsense"])
def test_a_list_that_is_none_has_none(user, query):
    assert neighbours_of(make_call(), query, user) is None


def test_the_page_of_the_list_does_not_matter(user):
    call, older = make_call(), make_call(started_at=NOON - timedelta(hours=1))
    token = paging.Token.of({"started_at": call.started_at, "id": call.pk}, paging.Order("started_at", True), None)
    assert neighbours_of(call, f"after={token}", user).next == address(older.uuid, f"after={token}")


@pytest.mark.parametrize("query", QUERIES)
def test_they_take_three_queries(user, query, django_assert_max_num_queries):
    call = make_call(duration_ms=None, cost=None, transcript="hello", variables={"order": 1})
    user.has_perm("calls.view_call")
    guesses = "phone" in query or "q=" in query  # SQLite looks at numbers first, PostgreSQL at its statistics of words
    with django_assert_max_num_queries(4 if guesses else 3):
        neighbours_of(call, query, user)


@pytest.mark.parametrize("query", ["", "status=completed", "sort=-cost", "sort=duration"])
def test_they_are_found_without_reading_the_log(log, user, query, monkeypatch):
    monkeypatch.setattr(filters, "FEW", 0)
    call = Call.objects.filter(status="completed", cost__gt=0, duration_ms__gt=0).first()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        neighbours_of(call, query, user)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
            plan = "\n".join(row[3] for row in cursor.fetchall())
        assert not re.search(r"SCAN (?!CONSTANT)\w+(?! USING)|USE TEMP B-TREE", plan)


# On the page


def links_of(client, call, query):
    html = client.get(f"{call.get_absolute_url()}{query}").content.decode()
    return {rel: unescape(href) for href, rel in re.findall(r'href="([^"]*)" rel="(prev|next)"', html)}


def test_the_page_links_to_both_with_the_list(client, user):
    client.force_login(user)
    newest, call, oldest = (make_call(started_at=NOON - timedelta(hours=n)) for n in range(3))
    links = links_of(client, call, "?list=status%3Dcompleted")
    assert links == {"prev": address(newest.uuid, "status=completed"), "next": address(oldest.uuid, "status=completed")}


def test_without_a_list_they_are_those_of_the_whole_log(client, user):
    client.force_login(user)
    newest, call, oldest = (make_call(started_at=NOON - timedelta(hours=n)) for n in range(3))
    assert links_of(client, call, "") == {"prev": address(newest.uuid, ""), "next": address(oldest.uuid, "")}
    assert links_of(client, newest, "").keys() == {"next"}


def test_every_row_of_the_log_brings_its_list_along(client, user):
    client.force_login(user)
    call = make_call()
    for query in ("", "status=completed&size=25"):
        html = client.get(f"/calls/?{query}").content.decode()
        assert address(call.uuid, query) in unescape(html)
