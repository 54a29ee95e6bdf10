"""Finding numbers and words: the two database engines side by side, and nowhere else.

SQLite keeps FTS5 tables beside the calls (trigrams of the numbers, words of the transcripts), PostgreSQL a pg_trgm
index and a tsvector column. Both look through the same text: `Call.phone_search` and `Transcript.words`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Exists,
    Lookup,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import GreaterThan
from django.db.models.sql.compiler import SQLCompiler

from calls.models import Call, CapturedVariable, Transcript
from calls.needles import TranscriptQuery
from calls.reading import Constant, Reading, Span, Way, among


def numbers_containing(needle: str, way: Way = Reading.GATHER) -> Q:
    """Calls with `needle` in the number of either side."""
    if connection.vendor == "postgresql":
        return Q(phone_search__contains=needle)
    found = Q(GreaterThan(StrIndex("phone_search", Value(needle)), Constant(0)))
    if way is Reading.WALK:
        return found
    trigrams, share = _telling_trigrams(needle)
    if way is Reading.GATHER:
        return Q(phone_index__numbers__match=trigrams) & found
    if isinstance(way, Span) and share > COMMON_SHARE:
        return found
    return among(PhoneIndex.objects.filter(numbers__match=trigrams), way) & found


def transcripts_matching(query: TranscriptQuery, way: Way = Reading.GATHER) -> Q:
    """Calls whose transcript has all wanted phrases and none of the unwanted. Without wanted ones, also calls
    that have no transcript."""
    condition = Q()
    if query.wanted:
        condition &= _having_all(query.wanted, way)
    if query.unwanted:
        condition &= ~_having_any(query.unwanted)
    return condition


def matching_transcripts(query: TranscriptQuery) -> QuerySet[Any] | None:
    """The rows that tell by themselves which transcripts match, one for each call; None when they cannot."""
    return _rows_having_all(query.wanted) if not query.unwanted else None


def captured(name: str, text: str | None, way: Way = Reading.GATHER) -> Q:
    """Calls that captured the variable, with the value whose text is `text`; None is any value. Each variable is to
    be filtered for in a step of its own, since this may join their rows."""
    found = _captured(name, text)
    if isinstance(way, Span):
        return among(CapturedVariable.objects.filter(**found), way, "call_id")
    if connection.vendor == "sqlite" and way is Reading.GATHER:
        return Q(**{f"variables__{column}": value for column, value in found.items()})
    return Q(Exists(CapturedVariable.objects.filter(**found, call=OuterRef("pk"))))


def captured_values(variables: list[tuple[str, str | None]]) -> QuerySet[Any] | None:
    """The rows of a variable, one for each call that captured it; None for several variables."""
    return CapturedVariable.objects.filter(**_captured(*variables[0])) if len(variables) == 1 else None


def _captured(name: str, text: str | None) -> dict[str, str]:
    return {"name": name} | ({} if text is None else {"value_text": text})


def _having_all(phrases: tuple[str, ...], way: Way) -> Q:
    if way is Reading.PROBE or isinstance(way, Span):
        return among(_rows_having_all(phrases), way)
    if connection.vendor == "postgresql":
        rows = _rows_having_all(phrases)
        if way is Reading.WALK or _guess(rows) > MANY:
            return _word_vector_in_turn(phrases)
        return Q(pk__in=rows.values("pk"))
    if way is Reading.WALK:
        return _phrases_in_turn(Q.__and__, phrases)
    return Q(transcript_index__words__match=_match_all(phrases))


def _rows_having_all(phrases: tuple[str, ...]) -> QuerySet[Any]:
    if connection.vendor == "postgresql":
        return Transcript.objects.filter(_word_vector(" & ", phrases))
    return TranscriptIndex.objects.filter(words__match=_match_all(phrases))


def _having_any(phrases: tuple[str, ...]) -> Q:
    if connection.vendor == "postgresql":
        return Q(Exists(Transcript.objects.filter(_word_vector(" | ", phrases), call=OuterRef("pk"))))
    return _phrases_in_turn(Q.__or__, phrases)


# PostgreSQL

POSTGRES_INSTALL = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS call_phone_search ON calls_call USING gin (phone_search gin_trgm_ops);
ALTER TABLE calls_transcript ADD COLUMN IF NOT EXISTS word_vector tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED;
-- A vector lies in its row: those of a common word are read one by one, in a quarter of the time.
ALTER TABLE calls_transcript ALTER COLUMN word_vector SET STORAGE MAIN;
CREATE INDEX IF NOT EXISTS transcript_word_vector ON calls_transcript USING gin (word_vector);
"""


# PostgreSQL thinks that reading a vector costs nothing, and would read all of them for a word in more transcripts.
MANY = 50_000


def _guess(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL expects, from its statistics."""
    return json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"]


def _word_vector_in_turn(phrases: tuple[str, ...]) -> Q:
    found = Transcript.objects.filter(call=OuterRef("pk")).values(found=_word_vector(" & ", phrases))
    return Q(Subquery(found, output_field=BooleanField()))


def _word_vector(operator: str, phrases: tuple[str, ...]) -> RawSQL:
    """A condition on transcripts."""
    terms = ["(" + " <-> ".join(f"'{word}'" for word in phrase.split()) + ")" for phrase in phrases]
    sql = "word_vector @@ to_tsquery('simple', %s)"
    return RawSQL(sql, [operator.join(terms)], BooleanField())  # noqa: S611 - constant, the words are a parameter


# SQLite

SQLITE_INSTALL = """
CREATE VIRTUAL TABLE IF NOT EXISTS calls_phone_fts USING fts5(
    phone_search, content='calls_call', content_rowid='id', tokenize='trigram', detail='none');
CREATE TRIGGER IF NOT EXISTS calls_phone_insert AFTER INSERT ON calls_call BEGIN
    INSERT INTO calls_phone_fts(rowid, phone_search) VALUES (new.id, new.phone_search);
END;
CREATE TRIGGER IF NOT EXISTS calls_phone_delete AFTER DELETE ON calls_call BEGIN
    INSERT INTO calls_phone_fts(calls_phone_fts, rowid, phone_search) VALUES ('delete', old.id, old.phone_search);
END;
CREATE TRIGGER IF NOT EXISTS calls_phone_update AFTER UPDATE ON calls_call
WHEN old.phone_search <> new.phone_search BEGIN
    INSERT INTO calls_phone_fts(calls_phone_fts, rowid, phone_search) VALUES ('delete', old.id, old.phone_search);
    INSERT INTO calls_phone_fts(rowid, phone_search) VALUES (new.id, new.phone_search);
END;
CREATE VIRTUAL TABLE IF NOT EXISTS calls_transcript_fts USING fts5(
    words, content='calls_transcript', content_rowid='call_id', tokenize='unicode61 remove_diacritics 0');
CREATE TRIGGER IF NOT EXISTS calls_transcript_insert AFTER INSERT ON calls_transcript BEGIN
    INSERT INTO calls_transcript_fts(rowid, words) VALUES (new.call_id, new.words);
END;
CREATE TRIGGER IF NOT EXISTS calls_transcript_delete AFTER DELETE ON calls_transcript BEGIN
    INSERT INTO calls_transcript_fts(calls_transcript_fts, rowid, words) VALUES ('delete', old.call_id, old.words);
END;
CREATE TRIGGER IF NOT EXISTS calls_transcript_update AFTER UPDATE ON calls_transcript
WHEN old.words <> new.words BEGIN
    INSERT INTO calls_transcript_fts(calls_transcript_fts, rowid, words) VALUES ('delete', old.call_id, old.words);
    INSERT INTO calls_transcript_fts(rowid, words) VALUES (new.call_id, new.words);
END;
"""
SQLITE_TRIGGERS = re.findall(r"CREATE TRIGGER IF NOT EXISTS (\w+)", SQLITE_INSTALL)


class IndexedText(models.TextField):
    """What an FTS5 table is asked with MATCH: its hidden column, which has the name of the table."""


@IndexedText.register_lookup
class Match(Lookup):
    lookup_name = "match"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        text, more = self.process_rhs(compiler, connection)
        return f"{column} MATCH {text}", (*params, *more)


class PhoneIndex(models.Model):
    """The trigrams of the numbers: a join with it yields its matches one by one, so that a count can stop early."""

    call = models.OneToOneField(
        Call, models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="phone_index"
    )
    numbers = IndexedText(db_column="calls_phone_fts")

    class Meta:
        app_label = "calls"
        managed = False
        db_table = "calls_phone_fts"

    def __str__(self) -> str:
        return f"numbers of {self.pk}"


class TranscriptIndex(models.Model):
    """The words of the transcripts."""

    call = models.OneToOneField(
        Call, models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="transcript_index"
    )
    words = IndexedText(db_column="calls_transcript_fts")

    class Meta:
        app_label = "calls"
        managed = False
        db_table = "calls_transcript_fts"

    def __str__(self) -> str:
        return f"words of {self.pk}"


# How many of the newest numbers are looked at to learn which trigrams tell something.
SAMPLE = 200
# Where more of the numbers than this may fit, it is quicker to look at each.
COMMON_SHARE = 0.5


def _telling_trigrams(needle: str) -> tuple[str, float]:
    """Trigrams that cover the needle, in any order: more of them take longer to read than the wrong numbers that
    they rule out. Those that most numbers share, such as the code of a country, tell nothing and are left out. Beside
    them, the share of the numbers that the rarest occurs in."""
    last = len(needle) - 3
    trigrams = {needle[i : i + 3] for i in (*range(0, last, 3), last)}
    newest = list(Call.objects.order_by("-pk").values_list("phone_search", flat=True)[:SAMPLE])
    shares = {trigram: sum(trigram in number for number in newest) for trigram in trigrams}
    rarest = min(shares, key=lambda trigram: (shares[trigram], trigram))
    telling = {trigram for trigram, share in shares.items() if share <= len(newest) // 5} | {rarest}
    return " AND ".join(f'"{trigram}"' for trigram in sorted(telling)), shares[rarest] / max(len(newest), 1)


def _match_all(phrases: tuple[str, ...]) -> str:
    return " AND ".join(f'"{phrase}"' for phrase in phrases)


def _phrases_in_turn(combine: Callable[[Q, Q], Q], phrases: tuple[str, ...]) -> Q:
    padded = Transcript.objects.annotate(padded=Concat(Value(" "), "words", Value(" "), output_field=TextField()))
    found = functools.reduce(combine, (Q(padded__contains=f" {phrase} ") for phrase in phrases))
    return Q(Exists(padded.filter(found, call=OuterRef("pk"))))


def install(database: BaseDatabaseWrapper) -> None:
    """Make what the search needs, where it is missing. Django's migrations of SQLite make a table anew and lose
    its triggers with the old one, so this runs after every migrate."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(POSTGRES_INSTALL)
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {name for (name,) in cursor.fetchall()}
        if present.issuperset(SQLITE_TRIGGERS):
            return
        for statement in re.split(r";\n(?=CREATE|$)", SQLITE_INSTALL):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("INSERT INTO calls_phone_fts(calls_phone_fts) VALUES ('rebuild')")
        cursor.execute("INSERT INTO calls_transcript_fts(calls_transcript_fts) VALUES ('rebuild')")
