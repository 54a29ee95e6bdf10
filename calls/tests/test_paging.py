from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.models import Call
from calls.paging import COLUMNS, COUNT_CAP, LAST, BadToken, Order, Token, capped_count, read_page
from calls.tables import VALUES
from calls.tests.factory import NOON, make_assistant, make_call

pytestmark = pytest.mark.django_db

ORDERS = [Order(name, descending) for name in COLUMNS for descending in (False, True)]


def values():
    return Call.objects.values(*VALUES)


def make_varied_calls(count):
    """Calls with many equal and many unknown values in every column that sorts."""
    assistants = [make_assistant("Anna"), make_assistant("Ben"), None]
    for n in range(count):
        make_call(
            started_at=NOON + timedelta(minutes=n // 3),
            assistant=assistants[n % 3],
            status=["completed", "busy"][n % 2],
            duration_ms=[None, 1000, 2000][n % 3],
            cost=[Decimal("0.5"), None, Decimal("12.0001")][n % 3],
        )


def whole_list(order):
    """The list as its definition says: by column, then time, then id, with the unknown at the end."""
    known, unknown = [], []
    for row in values():
        (unknown if row[order.columns[0]] is None else known).append(row)
    known.sort(key=lambda row: tuple(row[column] for column in order.columns), reverse=order.descending)
    unknown.sort(key=lambda row: tuple(row[column] for column in order.columns[1:]), reverse=order.descending)
    return [row["id"] for row in known + unknown]


def read_forwards(order, size):
    pages = [read_page(values(), order, size)]
    while pages[-1].after:
        pages.append(read_page(values(), order, size, after=Token.parse(str(pages[-1].after), order)))
    return pages


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_the_pages_together_are_the_whole_list(order):
    make_varied_calls(23)
    pages = read_forwards(order, 5)
    assert [row["id"] for page in pages for row in page.rows] == whole_list(order)
    assert [page.first for page in pages] == [1, 6, 11, 16, 21]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_going_back_shows_the_pages_that_one_came_through(order):
    make_varied_calls(23)
    pages = read_forwards(order, 5)
    back = [pages[-1]]
    while back[-1].before:
        back.append(read_page(values(), order, 5, before=Token.parse(str(back[-1].before), order)))
    assert [page.rows for page in reversed(back)] == [page.rows for page in pages]
    assert [page.first for page in reversed(back)] == [page.first for page in pages]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_the_last_page_ends_with_the_end_of_the_list(order):
    make_varied_calls(23)
    page = read_page(values(), order, 5, before=LAST)
    assert [row["id"] for row in page.rows] == whole_list(order)[-5:]
    assert page.after is None
    assert page.before is not None


def test_a_list_of_one_page_has_no_other_pages():
    make_varied_calls(5)
    for page in (read_page(values(), ORDERS[0], 5), read_page(values(), ORDERS[0], 5, before=LAST)):
        assert (len(page.rows), page.after, page.before) == (5, None, None)


def test_an_empty_list_has_an_empty_page():
    page = read_page(values(), ORDERS[0], 5)
    assert (page.rows, page.after, page.before) == ([], None, None)


def test_going_back_to_the_beginning_fills_the_first_page():
    make_varied_calls(8)
    order = Order("started_at", descending=True)
    third = Token.of(read_page(values(), order, 8).rows[2], order, 2)
    page = read_page(values(), order, 5, before=third)
    assert [row["id"] for row in page.rows] == whole_list(order)[:5]
    assert (page.first, page.before) == (1, None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 4),
    arrivals=st.lists(st.tuples(st.integers(0, 20), st.sampled_from([None, 0, 1000, 5000])), max_size=8),
    order=st.sampled_from(ORDERS),
)
def test_calls_that_arrive_while_one_pages_make_none_appear_twice_or_be_missed(size, arrivals, order):
    Call.objects.all().delete()
    make_varied_calls(11)
    present = set(Call.objects.values_list("id", flat=True))
    seen, after, waiting = [], None, list(arrivals)
    while True:
        page = read_page(values(), order, size, after=after)
        seen += [row["id"] for row in page.rows]
        if waiting:
            minute, duration_ms = waiting.pop()
            make_call(started_at=NOON + timedelta(minutes=minute), duration_ms=duration_ms)
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen))
    assert present <= set(seen)


@pytest.mark.parametrize(
    "text", ["", "x", "W10", "bnVsbA", "WyItc3RhcnRlZF9hdCIsMCwieCIsMV0", "ÿÿ", "a" * 300, "WyItc3RhcnRlZF9hdCIsMV0"]
)
def test_a_token_that_no_list_made_is_refused(text):
    with pytest.raises(BadToken):
        Token.parse(text, Order("started_at", descending=True))


def test_a_token_of_another_order_is_refused():
    make_varied_calls(3)
    token = read_page(values(), Order("cost", descending=True), 1).after
    with pytest.raises(BadToken):
        Token.parse(str(token), Order("cost", descending=False))


def test_a_count_stops_at_its_cap(monkeypatch):
    monkeypatch.setattr("calls.paging.COUNT_CAP", 3)
    make_varied_calls(6)
    assert capped_count(Call.objects.all()) == 4
    assert capped_count(Call.objects.filter(status="busy")) == 3


def test_the_cap_is_ten_thousand():
    assert COUNT_CAP == 10_000
