"""The command that reads files, as its caller sees it."""

import json
import os
import sqlite3
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from calls.ingest import importing, intake
from calls.ingest.management.commands import import_calls
from calls.ingest.models import Delivery
from calls.ingest.providers import callmon
from calls.ingest.tests.payloads import NAMES, SAMPLES
from calls.models import Call

pytestmark = pytest.mark.django_db


def native(number=1, **fields):
    return {"id": f"c-{number}", "status": "completed", "started_at": "2026-11-20T14:03:11Z"} | fields


@pytest.fixture
def imported(tmp_path, capsys):
    """Import a file with these lines (or this text): the exit code, the last line printed, and standard error."""

    def run(content, *arguments, name="calls.jsonl"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else "\n".join(map(json.dumps, content)))
        return import_paths(capsys, *arguments, str(path))

    return run


def import_paths(capsys, *arguments):
    try:
        call_command("import_calls", *arguments)
        code = 0
    except SystemExit as exit_:
        code = exit_.code
    out, err = capsys.readouterr()
    return code, out.splitlines()[-1], err


def test_it_creates_calls_and_counts_them(imported):
    code, line, _ = imported([native(1), native(2)])
    assert (code, line) == (0, "created=2 updated=0 unchanged=0 ignored=0 rejected=0")
    assert Call.objects.count() == 2


def test_importing_a_file_twice_changes_nothing(imported):
    imported([native(1), native(2)])
    before = list(Call.objects.values_list("pk", "updated_at"))
    code, line, _ = imported([native(1), native(2)])
    assert (code, line) == (0, "created=0 updated=0 unchanged=2 ignored=0 rejected=0")
    assert list(Call.objects.values_list("pk", "updated_at")) == before
    assert Delivery.objects.count() == 2


def test_a_second_object_with_the_same_pair_updates_the_call(imported):
    _, line, _ = imported([native(status="in_progress"), native(), native(cost="1.5"), native(cost="2.5")])
    assert line == "created=1 updated=3 unchanged=0 ignored=0 rejected=0"
    assert Call.objects.get().cost == Decimal("2.5")


def test_a_record_that_stands_twice_in_a_file_is_one_delivery(imported):
    _, line, _ = imported([native(1), native(1)])
    assert line == "created=1 updated=0 unchanged=1 ignored=0 rejected=0"
    assert Delivery.objects.count() == 1


def test_it_says_where_a_delivery_came_from(imported):
    imported([native(1), native(2)])
    delivery = Delivery.objects.get(call__external_id="c-2")
    assert (delivery.provider, delivery.origin, delivery.state) == ("callmon", "calls.jsonl:2", "processed")
    assert json.loads(delivery.raw) == native(2)


def test_a_rejected_record_is_kept_with_its_reason_and_does_not_stop_the_others(imported):
    code, line, err = imported([native(1), native(2, status="finished"), native(3)])
    assert (code, line) == (1, "created=2 updated=0 unchanged=0 ignored=0 rejected=1")
    delivery = Delivery.objects.get(state="rejected")
    assert delivery.reason.startswith("status: takes ")
    assert f"calls.jsonl:2: {delivery.reason}" in err


def test_a_rejected_record_stays_one_delivery_when_it_comes_again(imported):
    imported([native(2, status="finished")])
    code, line, _ = imported([native(2, status="finished")])
    assert (code, line) == (1, "created=0 updated=0 unchanged=0 ignored=0 rejected=1")
    assert Delivery.objects.count() == 1


def test_a_rejected_record_is_tried_again(imported, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(callmon, "parse", lambda payload: 1 / 0)
        imported([native(1)])
    _, line, _ = imported([native(1)])
    assert line == "created=1 updated=0 unchanged=0 ignored=0 rejected=0"
    assert (Delivery.objects.get().state, Delivery.objects.get().reason) == ("processed", "")


def test_a_record_of_nobody_is_rejected(imported):
    imported([{"hello": "world"}])
    delivery = Delivery.objects.get()
    assert (delivery.provider, delivery.reason) == (
        "",
        "not recognised as a payload of any platform: name its provider",
    )


def test_a_provider_that_is_named_is_not_guessed(imported):
    _, line, _ = imported([native(1)], "--provider", "retell")
    assert line.endswith("rejected=1")
    assert Delivery.objects.get().provider == "retell"


def test_naming_the_provider_later_takes_the_delivery_that_was_kept(imported, monkeypatch):
    monkeypatch.setattr(intake, "recognise", lambda payload: None)
    imported([native(1)])
    imported([native(1)], "--provider", "callmon")
    assert Delivery.objects.values_list("provider", "state").get() == ("callmon", "processed")


def test_an_error_of_our_own_rejects_one_record_only(imported, monkeypatch):
    parse = callmon.parse
    monkeypatch.setattr(callmon, "parse", lambda payload: parse(payload) if payload["id"] != "c-2" else 1 / 0)
    code, line, err = imported([native(1), native(2), native(3)])
    assert (code, line) == (1, "created=2 updated=0 unchanged=0 ignored=0 rejected=1")
    assert "calls.jsonl:2: internal error: ZeroDivisionError('division by zero')" in err


def test_a_record_that_cannot_be_written_rejects_one_record_only(imported, monkeypatch):
    write = intake.Ledger.write

    def fails(ledger):
        if ("callmon", "c-2") in ledger._drafts:
            raise RuntimeError("no")
        write(ledger)

    monkeypatch.setattr(intake.Ledger, "write", fails)
    _, line, _ = imported([native(1), native(2), native(3)])
    assert line == "created=2 updated=0 unchanged=0 ignored=0 rejected=1"
    assert Delivery.objects.get(state="rejected").reason == "internal error: RuntimeError('no')"


def test_the_first_twenty_reasons_are_shown(imported):
    _, line, err = imported([{"n": number} for number in range(25)])
    assert line.endswith("rejected=25")
    assert err.count("not recognised") == 20
    assert "... and 5 more" in err


def test_a_file_that_is_none_of_the_formats_is_one_line(imported):
    code, line, err = imported("<calls/>", name="calls.xml")
    assert (code, line) == (1, "created=0 updated=0 unchanged=0 ignored=0 rejected=0")
    assert err.splitlines()[0].endswith("calls.xml: not JSON, JSON Lines or CSV")


def test_a_missing_file_is_one_line_and_the_others_are_read(tmp_path, capsys):
    good = tmp_path / "good.jsonl"
    good.write_text(json.dumps(native(1)))
    code, line, err = import_paths(capsys, str(tmp_path / "none.json"), str(good))
    assert (code, line) == (1, "created=1 updated=0 unchanged=0 ignored=0 rejected=0")
    assert err.splitlines()[0].endswith("none.json: No such file or directory")


def test_an_array_that_breaks_off_keeps_what_stands_before(imported):
    code, line, err = imported(json.dumps([native(1), native(2)])[:-10], name="calls.json")
    assert (code, line) == (1, "created=1 updated=0 unchanged=0 ignored=0 rejected=1")
    assert "calls.json:2: line 1 column" in err


def test_what_was_committed_stays_when_it_is_interrupted(imported, monkeypatch):
    records = import_calls.read

    def interrupted(path):
        yield from records(path)
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "BATCH", 2)
    monkeypatch.setattr(import_calls, "read", interrupted)
    code, line, _ = imported([native(1), native(2), native(3)])
    assert (code, line) == (130, "created=2 updated=0 unchanged=0 ignored=0 rejected=0")
    assert Call.objects.count() == 2


def test_a_csv_file_is_read(imported):
    header = "id,source,status,started_at,from_number,cost,variables"
    row = 'c-1,shop,failed,1763647391,+12025550123,1.25,"{""a"":1}"'
    _, line, _ = imported(f"{header}\n{row}\n", name="calls.csv")
    call = Call.objects.get()
    assert line == "created=1 updated=0 unchanged=0 ignored=0 rejected=0"
    assert (call.source, call.status, call.from_number, call.cost) == (
        "shop",
        "failed",
        "+12025550123",
        Decimal("1.25"),
    )
    assert call.variables.get().value == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_of_a_platform_is_taken(name, capsys):
    code, line, _ = import_paths(capsys, str(SAMPLES / f"{name}.json"))
    assert code == 0
    assert line.endswith("rejected=0")
    assert Delivery.objects.get().state != "rejected"


def test_odd_text_is_kept_by_both_databases(imported):
    code, _, _ = imported(
        '{"id": "c-1", "status": "completed", "started_at": 1763647391, "ended_reason": "a\\u0000b\\ud83d",'
        ' "variables": {"n\\u0000": ["\\u0000", 1e400]}, "metadata": {"x": "\\udfff"}}'
    )
    assert code == 0
    assert Call.objects.get().ended_reason.startswith("ab")


def test_many_records_are_written_with_few_queries(imported, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        imported([native(number, variables={"a": number}, cost="1") for number in range(200)])


@pytest.fixture
def three_processes(monkeypatch):
    """Which read a file of more than ten records."""
    monkeypatch.setattr(importing, "BATCH", 10)
    monkeypatch.setattr(importing.os, "cpu_count", lambda: 3)


@pytest.mark.django_db(transaction=True)
def test_a_long_file_is_read_by_several_processes(imported, three_processes):
    lines = [native(number, variables={"place": number}) for number in range(200)]
    lines[150] = {"id": "c-150", "status": "nonsense", "started_at": "2026-11-20T14:03:11Z"}
    later = [native(number, variables={"place": -number - 1}) for number in range(100)]
    code, line, err = imported(lines + later)
    assert (code, line) == (1, "created=199 updated=100 unchanged=0 ignored=0 rejected=1")
    assert "calls.jsonl:151: status: takes one of" in err
    values = dict(Call.objects.values_list("external_id", "variables__value"))
    assert (values["c-7"], values["c-199"]) == (-8, 199)  # the later line of a file counts


only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_what_sqlite_has_still_to_write_back_stays_small(imported, three_processes, monkeypatch):
    write_back, sizes_bytes = importing.write_back, []

    def watched(turn):
        sizes_bytes.append(Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size)
        write_back(turn)

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what other tests wrote
    monkeypatch.setattr(importing, "write_back", watched)
    noises = [os.urandom(10_000).hex() for _ in range(1600)]
    imported([native(number, metadata={"noise": noise}) for number, noise in enumerate(noises)])
    assert len(sizes_bytes) > 16
    assert max(sizes_bytes) < sum(map(len, noises)) / 2


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_an_import_does_not_wait_for_somebody_who_reads_all_the_while(imported, three_processes):
    reader = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    with closing(reader):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM calls_call").fetchone()
        began = time.monotonic()
        _, line, _ = imported([native(number) for number in range(200)])
        waited_seconds = time.monotonic() - began
    assert line == "created=200 updated=0 unchanged=0 ignored=0 rejected=0"
    assert waited_seconds < connection.settings_dict["OPTIONS"]["timeout"]
