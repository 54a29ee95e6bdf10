"""Files of records in every format."""

import gzip
import io
import json
import tracemalloc
from pathlib import Path

import pytest

from calls.ingest import csv_stream, json_stream, reader, records
from calls.ingest.reader import read
from calls.ingest.records import NotReadable

ONE, TWO = {"id": "c-1", "cost": "1.2500"}, {"id": "c-2", "text": "ünïcode 😀"}
LINES = "\n".join(json.dumps(one, ensure_ascii=False) for one in (ONE, TWO))


@pytest.fixture
def file(tmp_path):
    def write(content, name="calls.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def payloads(path):
    return [record.as_read.payload for record in read(path)]


def broken(path):
    records = [record.as_read for record in read(path)]
    return [(record.position, record.problem) for record in records if record.payload is None]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=2),
        f"[\n{json.dumps(ONE)},\n{json.dumps(TWO)}\n]\n",
        json.dumps({"total": 2, "calls": [ONE, TWO]}),
        f'{{"calls": [\n{json.dumps(ONE)},\n{json.dumps(TWO)}\n]}}',
        json.dumps({"results": [ONE, TWO], "metadata": {"page": 1}}, indent=2),
        LINES,
        f"{LINES}\n",
        f"\n{LINES}\n\n\n".replace("\n", "\r\n"),
        f"\ufeff{LINES}",
        f"\ufeff{json.dumps([ONE, TWO])}",
        json.dumps(ONE, indent=2) + json.dumps(TWO, indent=2),
        gzip.compress(LINES.encode(), mtime=0),
        gzip.compress(json.dumps([ONE, TWO]).encode(), mtime=0),
    ],
)
def test_it_reads_json_in_every_shape(file, content):
    assert payloads(file(content)) == [ONE, TWO]


@pytest.mark.parametrize("content", [json.dumps(ONE), json.dumps(ONE, indent=2), f"{json.dumps(ONE)}\n"])
def test_one_object_is_one_record(file, content):
    assert payloads(file(content)) == [ONE]


@pytest.mark.parametrize("content", ["", "\n\n", "[]", " [ ] ", '{"calls": []}', "\ufeff", gzip.compress(b"", mtime=0)])
def test_a_file_without_calls_has_no_records(file, content):
    assert payloads(file(content)) == []


def test_it_reads_standard_input(monkeypatch):
    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(LINES.encode(), mtime=0))))
    )
    assert payloads("-") == [ONE, TWO]


def test_numbers_and_the_text_of_a_record_stay_as_they_are(file):
    text = '{"id": "c-1", "cost": 0.0549, "big": 123456789012345678901234567890}'
    (record,) = read(file(f"[{text}]"))
    assert record.body == text.encode()
    assert record.payload["big"] == 123456789012345678901234567890


class TestNotReadable:
    @pytest.mark.parametrize(
        "content",
        [
            "<calls/>",
            "hello",
            "a,b\n1,2\n",
            b"\x00\x01\x02",
            b"\x89PNG\r\n",
            "123",
            '"text"',
            "[section]\nkey=1",
            "{a}",
        ],
    )
    def test_it_says_that_a_file_is_none_of_the_formats(self, file, content):
        with pytest.raises(NotReadable, match=r"^not JSON, JSON Lines or CSV$"):
            payloads(file(content))

    def test_another_encoding_is_none_of_the_formats(self, file):
        with pytest.raises(NotReadable):
            payloads(file("id,status\nc-1,completed".encode("utf-16")))

    def test_it_says_that_a_file_is_missing(self, tmp_path):
        with pytest.raises(NotReadable, match="No such file or directory"):
            payloads(str(tmp_path / "none.json"))

    def test_it_says_that_a_path_is_a_folder(self, tmp_path):
        with pytest.raises(NotReadable, match="Is a directory"):
            payloads(str(tmp_path))


class TestBrokenLines:
    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ('{"id": "c-9", "status": ', "not JSON: Expecting value at column 24"),
            ("[1, 2]", "not a JSON object"),
            ("null", "not a JSON object"),
            ("oops", "not JSON: Expecting value at column 1"),
            (b'{"id": "\xe9"}', "not UTF-8 text"),
            ('{"a":' * 100_000, "nested too deep"),
        ],
    )
    @pytest.mark.parametrize("place", [1, 2, 3])
    def test_a_broken_line_spoils_only_itself(self, file, line, problem, place):
        lines = LINES.encode().split(b"\n")
        lines.insert(place - 1, line if isinstance(line, bytes) else line.encode())
        path = file(b"\n".join(lines), "calls.jsonl")
        assert broken(path) == [(place, problem)]
        assert [payload for payload in payloads(path) if payload] == [ONE, TWO]

    def test_a_broken_first_line_needs_no_file_name(self, file):
        assert [position for position, _ in broken(file(f'{{"id": "c-9"\n{LINES}', "calls"))] == [1]

    def test_a_line_without_bounds_is_passed_over(self, file, monkeypatch):
        monkeypatch.setattr(reader, "LONGEST", 100)
        path = file(f"{json.dumps({'id': 'x' * 1000})}\n{LINES}")
        assert broken(path) == [(1, records.TOO_LONG)]
        assert payloads(path)[1:] == [ONE, TWO]


class TestBrokenDocuments:
    def test_what_stands_before_a_broken_place_is_kept(self, file):
        path = file(f"[\n{json.dumps(ONE)},\n{json.dumps(TWO)},\n{{oops}},\n{json.dumps(ONE)}]")
        *kept, rest = read(path)
        assert [record.payload for record in kept] == [ONE, TWO]
        assert (rest.position, rest.payload) == (3, None)
        assert rest.problem == "line 4 column 2: Expecting property name enclosed in double quotes"
        assert rest.body.startswith(b"{oops}")

    @pytest.mark.parametrize("cut", [1, 5, 20, 30])
    def test_a_file_that_ends_too_early_says_so(self, file, cut):
        content = json.dumps([ONE, TWO])
        path = file(content[:-cut])
        assert payloads(path)[0] == ONE
        assert len(broken(path)) == 1

    def test_a_missing_comma_is_found(self, file):
        assert broken(file(f"[{json.dumps(ONE)} {json.dumps(TWO)}]")) == [(2, "line 1 column 34: expecting ]")]

    def test_a_record_that_is_not_an_object_spoils_only_itself(self, file):
        path = file(json.dumps([ONE, 12, None, [], TWO]))
        assert [position for position, _ in broken(path)] == [2, 3, 4]
        assert payloads(path)[4] == TWO

    def test_bytes_that_are_not_utf_8_spoil_only_their_record(self, file):
        path = file(b'[{"id": "\xe9"}, ' + json.dumps(TWO).encode() + b"]")
        assert broken(path) == [(1, "not UTF-8 text")]
        assert payloads(path)[1] == TWO

    def test_half_an_emoji_is_text(self, file):
        assert payloads(file('[{"id": "\\ud83d"}]')) == [{"id": "\ud83d"}]

    def test_a_record_without_bounds_ends_the_file(self, file, monkeypatch):
        monkeypatch.setattr(json_stream, "LONGEST", 200_000)
        path = file(json.dumps([ONE, {"id": "x" * 2_000_000}, TWO]))
        assert payloads(path) == [ONE, None]
        assert broken(path)[0][1].endswith(records.TOO_LONG)
        assert len(list(read(path))[1].body) == records.KEPT

    def test_gzip_that_ends_too_early_keeps_what_could_be_read(self, file):
        content = gzip.compress("\n".join(json.dumps({"id": f"c-{n}"}) for n in range(20_000)).encode())
        path = file(content[: len(content) // 2])
        found = payloads(path)
        assert len(found) > 5_000
        assert "gzip data is broken" in broken(path)[-1][1]


class TestLargeDocuments:
    """Larger than what is looked at to tell the format."""

    many = [{"id": f"c-{number}", "text": "ü" * number} for number in range(2_500)]

    @pytest.mark.parametrize(
        "content",
        [
            json.dumps(many, ensure_ascii=False),
            json.dumps(many),
            json.dumps(many, indent=1),
            json.dumps({"total": 3, "calls": many}),
            json.dumps({"next": {"page": 2}, "results": many}, indent=1),
            "\n".join(map(json.dumps, many)),
        ],
    )
    def test_every_record_is_read(self, file, content):
        assert payloads(file(content)) == self.many

    def test_one_large_object_is_one_record(self, file):
        large = {"id": "c-1", "transcript": [{"text": "x" * 100}] * 30_000}
        assert payloads(file(json.dumps(large, indent=1))) == [large]
        assert payloads(file(json.dumps(large))) == [large]

    def test_memory_does_not_grow_with_the_file(self, file):
        text = ",".join(json.dumps({"id": f"c-{number}", "text": "x" * 2_000}) for number in range(10_000))
        path = file(f"[{text}]")
        tracemalloc.start()
        assert sum(1 for _ in read(path)) == 10_000
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 5_000_000 < Path(path).stat().st_size / 3


class TestCsv:
    rows = 'id,status,from_number,cost,variables\r\nc-1,completed,+12025550123,1.2500,"{""a"": 1}"\r\n'
    cells = {
        "id": "c-1",
        "status": "completed",
        "from_number": "+12025550123",
        "cost": "1.2500",
        "variables": '{"a": 1}',
    }

    @pytest.mark.parametrize(
        "content",
        [
            rows,
            f"\ufeff{rows}",
            rows.replace("\r\n", "\n"),
            rows.replace("\r\n", "\r\n\r\n"),
            rows.replace(",", ";"),
            rows.replace(",", "\t"),
            rows.replace("id,status", "ID, Status"),
            gzip.compress(rows.encode(), mtime=0),
        ],
    )
    def test_a_row_is_an_object_of_its_cells(self, file, content):
        assert payloads(file(content, "calls.csv")) == [self.cells]

    def test_it_takes_off_what_an_export_put_before_formulas(self, file):
        path = file("id,from_number,ended_reason,text\nc-1,'+12025550123,'=1+1,'tis\n")
        assert payloads(path) == [{"id": "c-1", "from_number": "+12025550123", "ended_reason": "=1+1", "text": "'tis"}]

    def test_a_record_stands_where_its_row_begins(self, file):
        path = file('id,text\nc-1,"two\nlines"\nc-2,one\n')
        assert [(record.position, record.payload["text"]) for record in read(path)] == [(2, "two\nlines"), (4, "one")]

    def test_a_large_cell_is_read(self, file):
        assert payloads(file(f"id,text\nc-1,{'x' * 1_000_000}\n"))[0]["text"] == "x" * 1_000_000

    def test_broken_rows_spoil_only_themselves(self, file):
        path = file(b'id,text\nc-1,a,b\nc-2,\xe9\nc-3,"a"b\nc-4,ok\n')
        assert broken(path) == [
            (2, "3 cells under 2 columns"),
            (3, "not UTF-8 text"),
            (4, "not CSV: ',' expected after '\"'"),
        ]
        assert payloads(path)[-1] == {"id": "c-4", "text": "ok"}
        assert next(read(path)).body == b"c-1,a,b\n"

    def test_a_quote_that_is_never_closed_ends_the_file(self, file, monkeypatch):
        monkeypatch.setattr(csv_stream, "LONGEST", 1_000)
        assert broken(file('id,text\nc-1,ok\nc-2,"open\n'))[0][0] == 3
