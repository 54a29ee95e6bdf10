"""Many writers at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from calls.choices import Status
from calls.ingest.intake import take
from calls.ingest.models import Delivery
from calls.ingest.normalised import Named
from calls.ingest.records import Record
from calls.ingest.tests.says import at, full, said, store_at
from calls.models import Assistant, Call
from calls.tests.factory import make_assistant

pytestmark = pytest.mark.django_db(transaction=True)
PAYLOAD = {"id": "c-1", "status": "completed", "started_at": "2026-11-20T14:03:11Z", "variables": {"a": 1}}


def at_once(works):
    """The results of functions that run at the same time, each with a connection of its own."""

    def run(work):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_the_same_delivery_twenty_times_at_once_is_one_call():
    results = at_once([lambda: store_at(0, full(), "d1").result] * 20)
    assert sorted(results) == ["created"] + ["unchanged"] * 19
    assert Call.objects.get().variables.count() == 2


def test_the_same_record_twenty_times_at_once_is_one_delivery():
    record = Record(1, b"{}", PAYLOAD)
    outcomes = at_once([lambda: take([record], "calls.jsonl")[0].outcome] * 20)
    assert outcomes.count("created") == 1
    assert (Call.objects.count(), Delivery.objects.count()) == (1, 1)


class Meanwhile:
    """A turn to write that comes after somebody else's work."""

    def __init__(self, work):
        self.work = work

    def __enter__(self):
        self.work()

    def __exit__(self, *error):
        pass


def test_a_call_that_somebody_else_wrote_before_ones_turn_has_what_both_say():
    other = Record(1, b"{}", PAYLOAD | {"variables": {"b": 2}})
    meanwhile = Meanwhile(lambda: take([other], "other.jsonl"))
    (arrival,) = take([Record(1, b"{}", PAYLOAD)], "calls.jsonl", turn=meanwhile)
    assert (arrival.outcome, Call.objects.get().variables.count()) == ("updated", 2)
    assert Delivery.objects.filter(call=Call.objects.get()).count() == 2


def test_a_call_has_the_name_that_its_assistant_got_before_its_turn():
    payload = PAYLOAD | {"assistant": {"id": "a-1", "name": "Old"}}
    take([Record(1, b"{}", payload | {"id": "c-0"})], "calls.jsonl")
    meanwhile = Meanwhile(lambda: Assistant.objects.get().rename("New"))
    take([Record(1, b"{}", payload)], "calls.jsonl", turn=meanwhile)
    assert set(Call.objects.values_list("assistant_name", flat=True)) == {"New"}


def test_different_deliveries_at_once_all_count():
    statuses = [Status.RINGING, Status.IN_PROGRESS, Status.COMPLETED]
    works = [
        lambda n=n: store_at(n, said(n, status=statuses[n % 3], variables={f"v{n}": n}), f"d{n}") for n in range(12)
    ]
    at_once(works)
    call = Call.objects.get()
    assert (call.status, call.variables.count()) == ("completed", 12)


def test_files_that_name_the_same_calls_in_opposite_order_do_not_wait_for_each_other():
    def records(order, word):
        return [
            Record(n, b"{}", PAYLOAD | {"id": f"c-{n}", "ended_reason": word, "assistant": {"id": "a", "name": word}})
            for n in order
        ]

    take(records(range(20), "before"), "calls.jsonl")
    forwards, backwards = records(range(20), "one"), records(range(19, -1, -1), "two")
    results = at_once([lambda: take(forwards, "one.jsonl"), lambda: take(backwards, "two.jsonl")] * 3)
    assert {arrival.outcome for arrivals in results for arrival in arrivals} <= {"updated", "unchanged"}
    name = Assistant.objects.get().name
    assert set(Call.objects.values_list("assistant_name", flat=True)) == {name}


def test_an_assistant_that_everybody_names_first_is_made_once():
    works = [lambda n=n: store_at(0, full(external_id=f"c-{n}", assistant=Named("a", "Ann"))) for n in range(10)]
    at_once(works)
    assert Assistant.objects.get().calls.count() == 10


@pytest.mark.parametrize("order", ["the call first", "the name first"])
def test_a_call_that_is_stored_while_its_assistant_is_renamed_has_the_new_name(order):
    store_at(0, full())
    stored, renamed = Event(), Event()

    def store_slowly():
        with transaction.atomic():
            store_at(1, full(external_id="c-2"))
            stored.set()
            if order == "the name first":
                renamed.wait(timeout=1)  # on SQLite the other waits for us

    def rename_slowly():
        stored.wait()
        with transaction.atomic():
            Assistant.objects.get().rename("Sales")
            if order == "the call first":
                time.sleep(0.3)
        renamed.set()

    at_once([store_slowly, rename_slowly])
    assert set(Call.objects.values_list("assistant_name", flat=True)) == {"Sales"}


def test_of_two_renamings_that_end_at_once_the_calls_have_the_one_that_the_assistant_has():
    call = store_at(0, full()).call
    with transaction.atomic():
        # Just after this one has ended, before it looks for calls that came meanwhile.
        transaction.on_commit(lambda: Assistant.objects.get().rename("Later"))
        Assistant.objects.get().rename("Sooner")
    call.refresh_from_db()
    assert (Assistant.objects.get().name, call.assistant_name) == ("Later", "Later")


def test_calls_that_come_by_a_merge_have_the_name_that_was_given_meanwhile():
    old, new = store_at(0, full()).call.assistant, make_assistant("New")
    Assistant.objects.get(pk=new.pk).rename("Newer")
    old.merge_into(new)
    assert Call.objects.get().assistant_name == "Newer"


def test_an_older_name_that_waits_for_a_newer_one_changes_nothing():
    store_at(0, full())
    is_stored = Event()

    def store_named(call, name, moment):
        store_at(0, full(external_id=call, assistant=Named("a-1", name), observed_at=moment))

    def newer():
        with transaction.atomic():
            store_named("c-2", "Newer", at(900))
            is_stored.set()
            time.sleep(0.3)

    def older():
        is_stored.wait()
        store_named("c-3", "Older", at(600))

    at_once([newer, older])
    assert Assistant.objects.get().name == "Newer"
    assert set(Call.objects.values_list("assistant_name", flat=True)) == {"Newer"}


def test_who_waits_to_rename_an_assistant_holds_none_of_its_calls():
    first, second = (PAYLOAD | {"id": f"c-{n}", "assistant": {"id": "a", "name": "Old"}} for n in (1, 2))
    later = second | {"ended_reason": "silence", "assistant": {"id": "a", "name": "New"}}
    take([Record(1, b"{}", first), Record(2, b"{}", second)], "calls.jsonl")
    is_locked = Event()

    def lock_one_by_one():
        with transaction.atomic():
            Call.objects.select_for_update().get(external_id="c-1")
            is_locked.set()
            time.sleep(0.3)
            Call.objects.select_for_update(nowait=True).get(external_id="c-2")

    def rename_by_the_second():
        is_locked.wait()
        return take([Record(1, b"{}", later)], "later.jsonl")

    _, (arrival,) = at_once([lock_one_by_one, rename_by_the_second])
    assert arrival.outcome == "updated"
    assert set(Call.objects.values_list("assistant_name", flat=True)) == {"New"}
