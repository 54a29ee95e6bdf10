import json

import pytest
from django.core.management import CommandError, call_command

from calls.tests.factory import make_call
from exports.tests.rows import rows_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(tmp_path):
    def run(format="jsonl", query="", output=None, **options):
        path = output or tmp_path / f"calls.{format}"
        call_command("export_calls", format=format, query=query, output=str(path), **options)
        return path

    return run


def test_it_writes_what_the_query_selects(run, capsys):
    make_call(status="busy", external_id="c-1")
    make_call()
    path = run("csv", "?status=busy")
    assert [row["external_id"] for row in rows_of("csv", path.read_bytes())] == ["c-1"]
    assert capsys.readouterr().err.startswith("1 calls, ")


def test_it_writes_compressed_files(run):
    make_call(external_id="c-1")
    assert [row["external_id"] for row in rows_of("json.gz", run("json.gz").read_bytes())] == ["c-1"]


def test_it_writes_to_standard_output(run, capsysbinary):
    make_call(external_id="c-1")
    run(output="-", columns="external_id")
    assert json.loads(capsysbinary.readouterr().out) == {"external_id": "c-1"}


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"query": "status=done"}, "status: “done”: takes initiated"),
        ({"query": "colour=red"}, "“colour” is not a parameter of the log."),
        ({"columns": "id,colour"}, "--columns: “colour” is no column"),
    ],
)
def test_what_is_not_understood_is_one_line_and_no_file(run, tmp_path, capsys, options, line):
    with pytest.raises(SystemExit) as ended:
        run(**options)
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (1, 1)
    assert said.startswith(line)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_line(run, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(output=tmp_path / "no" / "calls.csv")
    assert capsys.readouterr().err.startswith("--output: ")


def test_a_format_that_is_not_known_is_refused(run):
    with pytest.raises(CommandError, match="invalid choice: 'pdf'"):
        run("pdf")


def test_an_export_that_fails_leaves_the_old_file(run, tmp_path, settings):
    make_call()
    make_call()
    path = tmp_path / "calls.jsonl"
    path.write_text("old")
    settings.EXPORT_MAX_ROWS = 1
    with pytest.raises(SystemExit):
        run()
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])
