"""The databases' own writers write what the plain one writes, to the byte."""

import pytest

from calls.tests.factory import make_user
from exports.formats import FORMATS
from exports.tests.rows import export, make_hard_calls
from exports.writers import plain

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = [name for name in FORMATS if name != "xlsx"]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"])
def test_both_ways_write_the_same_bytes(zone, settings):
    settings.TIME_ZONE = zone
    make_hard_calls()
    user = make_user(sees_all=True)
    for name in TABLES:
        fast, slow = (export(name, user=user, zone=zone, engine=engine) for engine in (None, plain))
        for number, pair in enumerate(zip(fast.split(b"\n"), slow.split(b"\n"), strict=False)):
            assert pair[0] == pair[1], (name, number)
        assert fast == slow, name


def test_both_ways_write_the_same_columns_of_variables():
    make_hard_calls()
    user = make_user(sees_all=True)
    for name in ("csv", "csv-excel"):
        fast, slow = (export(name, user=user, engine=engine, each_variable=True) for engine in (None, plain))
        assert fast.split(b"\r\n") == slow.split(b"\r\n")


@pytest.mark.parametrize("sort", ["", "-duration", "duration", "cost", "status", "-assistant", "started_at"])
def test_both_ways_write_the_order_of_the_log(sort):
    make_hard_calls()
    user, columns = make_user(sees_all=True), ("external_id", "started_at")
    query = f"sort={sort}"
    fast, slow = (export("jsonl", query, user=user, engine=engine, columns=columns) for engine in (None, plain))
    assert fast == slow
