import pytest
from django.db import connection

from calls.planner import refresh_statistics
from calls.tests.factory import make_call

STATISTICS = {
    "sqlite": "SELECT stat FROM sqlite_stat1 WHERE tbl = 'calls_call' AND idx = 'call_status'",
    "postgresql": "SELECT reltuples::integer FROM pg_class WHERE relname = 'calls_call'",
}


@pytest.mark.django_db
def test_the_planner_learns_what_the_calls_are_like():
    for _ in range(3):
        make_call()
    refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS[connection.vendor])
        assert str(cursor.fetchone()[0]).split()[0] == "3"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="PostgreSQL only")
def test_whole_json_values_are_not_counted():
    make_call(transcript="Hello")
    refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_stats WHERE tablename = 'calls_transcript'")
        counted = {name for (name,) in cursor.fetchall()}
    assert counted == {"call_id", "words", "word_vector"}
