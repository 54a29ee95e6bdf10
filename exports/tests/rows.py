"""Calls that are hard to write, and what an export of them has."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import QueryDict

from calls.filters import CallFilter
from calls.models import CallTag, CostItem, ResponseTime, Tag
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign, make_user
from exports import files
from exports.columns import COLUMNS
from exports.formats import FORMATS
from exports.output import Output
from exports.snapshot import snapshot
from exports.table import Choice, table_of

HARD_TEXTS = (
    *("plain", 'say "hi"', "a,b", "two\nlines", "two\r\nlines", "tab\there", " spaces ", "a\\b", "100%", "%s %d", ";"),
    *("=1+1", "+1", "-5", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "'", "'=1", "''+1", "'quoted'"),
    *("--", "=cmd|' /C calc'!A0", '="a"', "-a,b", "Zoë", "北京", "عربي", "😀", "é\u0301", "\x7f", "\x1f", "｀x", "🅰"),
    *("null", "NULL", "\\N", "\\.", "0123", "1e5", "$$", "$1", "{}", "[]", "<b>&amp;</b>", "\u2028x", "A" * 100),
)
HARD_NUMBERS = (
    *("+12025550123", "12025550123", "", "anonymous", "sip:a,b@example.com", "+1-202", "=HYPERLINK(1)", "+", "+1+1"),
    *("-5", "@x", "'+1", "00491234", "++1"),
)
HARD_VALUES: tuple[object, ...] = (
    *("text", "=1", -5, -0.5, 0, 1.5, 1e-7, 1e21, 12345678901234567890, True, False, None, [], {}, [1, "a,b"]),
    *({"a": {"b": ["é", None, -1]}, "=x": '"'}, "é", "", "two\nlines", "\\u00e9", "\x01", "null", " x"),
)


def make_hard_calls():
    """Calls with every hard text in every place where there can be one."""
    for place, text in enumerate(HARD_TEXTS):
        number, other = (HARD_NUMBERS[(place + shift) % len(HARD_NUMBERS)] for shift in (0, 3))
        call = make_call(
            external_id=f"{text}#{place}",
            source=text[:30] or "x",
            assistant=make_assistant(text),
            campaign=make_campaign(text) if place % 3 else None,
            ended_reason=text,
            direction=("inbound", "outbound", "web", "")[place % 4],
            ended_by=("caller", "")[place % 2],
            from_number=number,
            to_number=other,
            started_at=NOON - timedelta(days=17 * place, microseconds=(0, 250_000, 1, 999_999, 100)[place % 5]),
            answered_at=NOON + timedelta(seconds=place) if place % 2 else None,
            duration_ms=(None, 0, 1, 48_000, 48_250, 2_147_483_647)[place % 6],
            cost=(None, Decimal(0), Decimal("0.0001"), Decimal("1234567890.1234"), Decimal("-0.5"))[place % 5],
            recorded=place % 2 == 0,
            variables=variables(place, text),
            transcript=[{"speaker": "caller", "text": text, "start_seconds": 1.5}] if place % 4 else [],
            metadata={text: [text, place, None, {"é": -1.25}]} if place % 3 else {},
        )
        CostItem.objects.create(call=call, component="llm", amount=Decimal("-0.4"), label=text)
        CostItem.objects.create(call=call, component="tts", amount=Decimal("12.5"))
        for name in (text, "Éa", "b")[: place % 4]:
            CallTag.objects.get_or_create(call=call, tag=Tag.named(name[:50]))
        ResponseTime.objects.create(
            call=call, kind="tool", name=text, at_ms=(None, 3900, 4000)[place % 3], duration_ms=7
        )
    make_call(external_id="nothing", from_number="", to_number="", direction="", duration_ms=None, cost=None)


def variables(place, text):
    values = {f"{text} {place}": HARD_VALUES[place % len(HARD_VALUES)], "é": "ü", "order": place}
    return values if place % 5 else {}


def export(name, query="", *, user=None, engine=None, zone="UTC", tmp_path=None, **choice):
    """The bytes of an export. `engine` is another writer than the database's own."""
    with snapshot() as alias:
        selection = CallFilter.for_user(QueryDict(query), user or make_user(sees_all=True), NOON)
        chosen = Choice(FORMATS[name], **{"columns": tuple(COLUMNS), **choice})
        file = io.BytesIO()
        output = Output(file, is_gzip=chosen.format.is_gzip)
        table = table_of(selection.qs.using(alias), selection.order, chosen, ZoneInfo(zone))
        files.write(table, chosen, output, tmp_path, "", engine)
        output.finish()
    return file.getvalue()


def rows_of(name, data):
    """The calls of an exported file as dictionaries, read by strict readers."""
    if name.endswith(".gz"):
        name, data = name.removesuffix(".gz"), gzip.decompress(data)
    if name == "json":
        return json.loads(data)
    if name == "jsonl":
        return [json.loads(line) for line in data.decode().split("\n")[:-1]]
    if name == "xlsx":
        return rows_of_workbook(data)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def rows_of_workbook(data):
    import openpyxl

    head, *rows = openpyxl.load_workbook(io.BytesIO(data), read_only=True).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]
