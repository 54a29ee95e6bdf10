"""What others read in the files: pandas, DuckDB and openpyxl find the values that the log has."""

import csv
import io
import json

import duckdb
import pandas
import pytest

from calls.models import Call
from calls.tests.factory import make_user
from exports.tests.rows import export, make_hard_calls, rows_of

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = ("id", "external_id", "from_number", "assistant", "duration_seconds", "cost", "variables", "metadata")


@pytest.fixture
def write(tmp_path):
    make_hard_calls()
    user = make_user(sees_all=True)

    def write(name, columns=COLUMNS):
        path = tmp_path / f"calls.{name}"
        path.write_bytes(export(name, user=user, columns=columns, tmp_path=tmp_path))
        return path

    return write


def strictly(text):
    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_all_readers_of_csv_find_the_same_cells(write):
    path = write("csv")
    head, *rows = csv.reader(io.StringIO(path.read_bytes().decode(), newline=""), strict=True)
    assert tuple(head) == COLUMNS
    assert len(rows) == Call.objects.count()
    # Python's own engine: the quick one takes a lone CR in quotes for LF.
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False, engine="python", lineterminator=None)
    assert frame.values.tolist() == rows
    options = "header=true, all_varchar=true, delim=',', quote='\"', escape='\"'"
    table = duckdb.sql(f"SELECT * FROM read_csv('{path}', {options})")
    assert [[cell or "" for cell in row] for row in table.fetchall()] == rows


def test_all_readers_of_json_find_the_same_values(write):
    lines = [strictly(line) for line in write("jsonl").read_text().split("\n")[:-1]]
    path = write("json")
    assert strictly(path.read_text()) == lines
    table = duckdb.sql(f"SELECT external_id, from_number, cost FROM read_json('{path}', format='array')")
    found = [(line["external_id"], line["from_number"], line["cost"]) for line in lines]
    assert [tuple(None if cell is None else str(cell) for cell in row) for row in table.fetchall()] == found
    # The parser of pandas refuses whole numbers over 64 bits, which variables may be.
    frame = pandas.read_json(write("json", COLUMNS[:6]), dtype=False)
    assert frame["external_id"].tolist() == [line["external_id"] for line in lines]
    numbers = [None if pandas.isna(number) else number for number in frame["duration_seconds"]]
    assert numbers == [line["duration_seconds"] for line in lines]


def test_a_workbook_has_the_values_of_the_log(write):
    lines = [strictly(line) for line in write("jsonl").read_text().split("\n")[:-1]]
    rows = rows_of("xlsx", write("xlsx").read_bytes())
    for line, row in zip(lines, rows, strict=True):
        assert (row["id"], row["duration_seconds"]) == (line["id"], line["duration_seconds"])
        assert row["from_number"] == line["from_number"]
        assert row["cost"] == (None if line["cost"] is None else float(line["cost"]))
        assert strictly(row["variables"] or "{}") == line["variables"]
