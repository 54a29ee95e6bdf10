"""A log moves to another installation: exported, imported into an empty one, it is the same log.

Sound is not in an export, so the state of the recordings, which is ours, stays behind.
"""

import gzip

import pytest
from django.core.management import call_command

from calls.ingest.models import Delivery
from calls.ingest.reader import read
from calls.models import Assistant, Call, CallTag, Campaign, CostItem, ResponseTime, Tag
from calls.tests.factory import make_user
from exports.columns import COLUMNS
from exports.tests.rows import export, make_hard_calls

pytestmark = pytest.mark.django_db(transaction=True)


def empty_the_log():
    for model in (CostItem, ResponseTime, Tag, Call, Assistant, Campaign, Delivery):
        model.objects.all().delete()


def without_our_ids(data):
    """The lines after our own id, which is new in each installation."""
    return [line.split(b",", 1)[1] for line in data.splitlines(keepends=True) if b"," in line]


@pytest.mark.parametrize("name", ["jsonl", "json", "csv", "csv-excel", "csv.gz"])
def test_an_export_of_an_imported_export_is_the_same(name, tmp_path):
    call_command("demo_calls", calls=60)
    for tag, calls in (("Follow up", 40), ('late, "very"', 30), ("vip", 20)):
        for call in Call.objects.order_by("pk")[:calls]:
            CallTag.objects.create(call=call, tag=Tag.named(tag))
    user = make_user(sees_all=True)
    columns = tuple(column for column in COLUMNS if column != "recording")
    first = export(name, user=user, columns=columns)
    file = tmp_path / f"calls.{name}"
    file.write_bytes(first)
    empty_the_log()
    call_command("import_calls", str(file))
    second = export(name, user=user, columns=columns)
    if name.endswith(".gz"):
        first, second = gzip.decompress(first), gzip.decompress(second)
    assert len(without_our_ids(first)) >= 60
    assert without_our_ids(second) == without_our_ids(first)


def test_the_mark_of_defused_text_is_taken_off_again(tmp_path):
    make_hard_calls()
    file = tmp_path / "calls.csv"
    user = make_user(sees_all=True)
    texts = {}
    for name in ("csv", "csv-excel"):
        file.write_bytes(export(name, user=user))
        texts[name] = {record.payload["external_id"]: record.payload["ended_reason"] for record in read(str(file))}
    kept = dict(Call.objects.values_list("external_id", "ended_reason"))
    assert texts == {"csv": kept, "csv-excel": kept}
