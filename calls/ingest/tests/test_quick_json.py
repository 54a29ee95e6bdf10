import json
import math

import pytest

from calls.ingest.quick_json import canonical, read, written


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": [1.50, -0, 1e3]}',
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        '"\\ud800"',
        "[1, -Infinity]",
    ],
)
def test_it_reads_what_json_reads(text):
    assert repr(read(text.encode())) == repr(json.loads(text))


def test_it_reads_not_a_number():
    assert math.isnan(read(b"NaN"))


def test_it_says_what_json_says_of_a_broken_text():
    with pytest.raises(json.JSONDecodeError, match="Expecting ',' delimiter: line 1 column 7"):
        read(b'{"a":1"b":2}')


def test_numbers_of_any_size_are_written():
    assert json.loads(written({"a": 2**80, "b": 1.5, "c": "é\ud800"})) == {"a": 2**80, "b": 1.5, "c": "é\ud800"}


def test_the_same_json_has_the_same_bytes():
    assert canonical({"b": [1, "é"], "a": None}) == canonical({"a": None, "b": [1, "é"]})


def test_large_numbers_and_half_characters_have_bytes_too():
    assert canonical({"b": 2**80, "a": "\ud800"}) == canonical({"a": "\ud800", "b": 2**80})
