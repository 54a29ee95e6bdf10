"""The calls in the file are the calls of the selection: all sizes, all formats, all filters, whatever is written."""

import csv
import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict

from calls.criteria import CRITERIA
from calls.filters import CallFilter
from calls.models import Call, CallTag, Star, Tag
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign, make_user
from exports.columns import COLUMNS
from exports.files import write_file
from exports.formats import FORMATS
from exports.output import Output
from exports.snapshot import ALIAS
from exports.table import Choice
from exports.tests.rows import export, rows_of
from exports.writers import plain, postgresql, sqlite

pytestmark = pytest.mark.django_db(transaction=True)


def make_calls(number, **fields):
    """Plain calls, many at once."""
    defaults = {"source": "many", "status": "completed", "direction": "inbound", "from_number": "+12025550123"}
    Call.objects.bulk_create(
        Call(external_id=f"c-{place}", started_at=NOON - timedelta(seconds=place), **defaults | fields)
        for place in range(number)
    )


def ids(name, data):
    return [row["external_id"] for row in rows_of(name, data)]


CHUNK = sqlite.CHUNK


def test_all_writers_have_the_chunks_that_are_tested():
    assert {sqlite.CHUNK, postgresql.CHUNK, plain.CHUNK} == {CHUNK}


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 1])
def test_no_call_is_lost_at_the_border_of_a_chunk(size, tmp_path):
    make_calls(size)
    user, expected = make_user(sees_all=True), [f"c-{place}" for place in range(size)]
    for name in FORMATS:
        data = export(name, user=user, columns=("external_id", "status"), tmp_path=tmp_path)
        assert ids(name, data) == expected, name


@pytest.fixture
def world():
    """Two of most things, so that each filter has calls that fit and calls that do not."""
    first, second, campaign = make_assistant("One"), make_assistant("Two"), make_campaign()
    make_call(assistant=first, campaign=campaign, recorded=True, transcript="order for the wizard")
    make_call(assistant=second, status="busy", direction="outbound", to_number="+14155550100", variables={"vip": True})
    make_call(assistant=first, duration_ms=5000, cost="9.5", started_at=NOON - timedelta(days=40))
    make_call(
        direction="web", from_number="", status="in_progress", duration_ms=None, cost=None, ended_reason="hung up"
    )
    Call.objects.filter(status="busy").update(started_at=NOON - timedelta(hours=5), ended_reason="hung up")
    return {"assistant": first.pk, "campaign": campaign.pk}


QUERIES = {
    "period": "period=7d",
    "from": "from=2026-11-01",
    "to": "to=2026-11-01",
    "assistant": "assistant={assistant}",
    "campaign": "campaign={campaign}",
    "status": "status=busy&status=in_progress",
    "direction": "direction=web",
    "phone": "phone=(415)+555-0100",
    "q": "q=wizard+-refund",
    "variable": "variable=vip:true",
    "min_duration": "min_duration=10",
    "max_duration": "max_duration=10",
    "min_cost": "min_cost=2",
    "max_cost": "max_cost=2",
    "recorded": "recorded=true",
    "tag": "tag=VIP",
    "starred": "starred=true",
    "ended_reason": "ended_reason=hung+up",
    "country": "country=none",
    "hour": "hour=7&hour=8",
    "weekday": "weekday=sunday",
    "talked": "talked=false",
    "priced": "priced=false",
}


def test_each_filter_is_tested():
    assert list(QUERIES) == list(CRITERIA)


def test_the_file_has_what_the_filter_selects(world, tmp_path):
    user = make_user(sees_all=True)
    call = Call.objects.first()
    CallTag.objects.create(call=call, tag=Tag.named("vip"))
    Star.objects.create(call=call, user=user)
    queries = [query.format(**world) for query in QUERIES.values()]
    for query in ["", "campaign=none", "q=-wizard", "variable=vip", *queries, f"{queries[3]}&{queries[4]}"]:
        expected = set(CallFilter.for_user(QueryDict(query), user, NOON).qs.values_list("external_id", flat=True))
        for name in FORMATS:
            data = export(name, query, user=user, columns=("external_id", "status"), tmp_path=tmp_path)
            assert set(ids(name, data)) == expected, (name, query)
        assert 0 < len(expected) < 4 or query == ""


def test_the_formats_have_the_same_values(world, tmp_path):
    user = make_user(sees_all=True)
    tables = {name: rows_of(name, export(name, user=user, tmp_path=tmp_path)) for name in FORMATS}
    assert tables["jsonl"] == tables["json"] == tables["json.gz"] == tables["jsonl.gz"]
    assert [list(row) for row in tables["json"]] == [list(COLUMNS)] * 4
    for row, cells, sheet in zip(tables["json"], tables["csv"], tables["xlsx"], strict=True):
        for name in ("id", "started_at", "ended_at", "phone_number", "assistant", "status", "recording"):
            assert (row[name] or "") == cells[name] == (sheet[name] or "")
        for name in ("duration_seconds", "cost"):
            assert float(row[name] or 0) == float(cells[name] or 0) == (sheet[name] or 0)
    assert {type(row["duration_seconds"]) for row in tables["json"]} <= {int, float, type(None)}
    numbers = {name: {row["from_number"] for row in tables[name]} for name in ("csv", "csv-excel", "xlsx")}
    assert numbers == {"csv": {"", "+12025550123"}, "csv-excel": {"", "'+12025550123"}, "xlsx": {None, "+12025550123"}}


def test_csv_begins_with_the_columns_of_the_contract():
    head = export("csv").split(b"\r\n")[0].decode()
    assert head == (
        "id,source,external_id,started_at,answered_at,ended_at,direction,phone_number,from_number,to_number,assistant,"
        "campaign,status,ended_reason,ended_by,duration_seconds,cost,recording,tags,variables,cost_items,response_times,"
        "transcript,metadata"
    )
    assert export("csv-excel").startswith(b"\xef\xbb\xbfid,")


def test_a_long_transcript_is_whole():
    make_call(transcript="word " * 40_000)
    csv.field_size_limit(1_000_000)
    texts = [
        rows_of("json", export("json"))[0]["transcript"],
        json.loads(rows_of("csv", export("csv"))[0]["transcript"]),
    ]
    assert [len(turns[0]["text"]) for turns in texts] == [200_000, 200_000]


class Meanwhile:
    """Writes to the log while the export has begun and its statement has not."""

    def __init__(self, work):
        self.work = work

    def began(self, total, output: Output, interrupt):
        thread = threading.Thread(target=self._run)
        thread.start()
        thread.join(timeout=20)
        assert not thread.is_alive(), "a reader stops the writer"

    def _run(self):
        try:
            self.work()
        finally:
            connection.close()

    def check(self):
        pass


class Throughout(Meanwhile):
    """Writes to the log as long as the export takes. `expected` is what the selection had when it began."""

    def __init__(self, selection):
        self.selection, self.is_over = selection, threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.rounds = 0

    def began(self, total, output, interrupt):
        self.expected = set(self.selection.qs.using(ALIAS).values_list("external_id", flat=True))
        self.thread.start()
        while not self.rounds:
            time.sleep(0.01)

    def work(self):
        while not self.is_over.is_set():
            self.rounds += 1
            make_call(external_id=f"new-{self.rounds}")
            old = Call.objects.filter(external_id__in=[f"c-{self.rounds}", f"c-{CHUNK + self.rounds}"])
            old.update(status="busy", started_at=NOON - timedelta(days=1))

    def end(self):
        self.is_over.set()
        self.thread.join()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_writer_beside_it_changes_nothing_in_the_file(name, size, tmp_path):
    make_calls(size)
    selection = CallFilter.for_user(QueryDict("status=completed"), make_user(sees_all=True), NOON)
    writer, path = Throughout(selection), tmp_path / "file"
    try:
        written = write_file(selection, Choice(FORMATS[name], ("external_id", "status")), path, writer, 10_000)
    finally:
        writer.end()
    found = ids(name, path.read_bytes())
    assert (written.rows, len(found)) == (size, size)
    assert set(found) == writer.expected
    assert {row["status"] for row in rows_of(name, path.read_bytes())} == {"completed"}


@pytest.mark.parametrize("name", ["csv", "jsonl", "xlsx"])
def test_what_is_written_meanwhile_is_not_in_the_file(name, tmp_path):
    make_calls(30)

    def write():
        make_call(external_id="new")
        Call.objects.filter(external_id="c-3").update(status="busy")
        Call.objects.filter(external_id="c-4").delete()

    selection = CallFilter.for_user(QueryDict("status=completed"), make_user(sees_all=True), NOON)
    path = tmp_path / "file"
    written = write_file(selection, Choice(FORMATS[name]), path, Meanwhile(write), 100)
    assert written.rows == 30
    assert ids(name, path.read_bytes()) == [f"c-{place}" for place in range(30)]
    assert selection.qs.count() == 29
