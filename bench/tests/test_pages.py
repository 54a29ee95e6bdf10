from datetime import UTC, datetime

import pytest
from django.db import connection

from bench.columns import columns, constants
from bench.inspect_pages import main
from bench.rows import Generator
from bench.users import create_users

CALLS = 3_000
# A call that was busy has no recording, and the rare word is too rare for so few.
EMPTY = {"busy + recorded: none", "word, rare", "word common and word rare"}


@pytest.fixture
def log(db):
    generator = Generator(CALLS, datetime.now(UTC).replace(tzinfo=None))
    with connection.cursor() as cursor:
        for rows in (generator.names(), generator.batch(0)):
            for model, values in rows.items():
                marks = ", ".join(["%s"] * len(columns(model)))
                sql = f"INSERT INTO {model._meta.db_table} ({', '.join(columns(model))}) VALUES ({marks})"
                cursor.executemany(sql, [as_parameters(model, row + constants(model)) for row in values])
    create_users()


def as_parameters(model, row):
    """COPY reads 0 and 1 as truth values, PostgreSQL's INSERT does not."""
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    return [
        bool(value) if fields[column].get_internal_type() == "BooleanField" else value
        for column, value in zip(columns(model), row, strict=True)
    ]


def test_every_case_is_a_page_of_calls(log):
    found = {case["name"]: case for case in main(CALLS, "")}
    assert {name for name, case in found.items() if not case["rows"]} <= EMPTY
