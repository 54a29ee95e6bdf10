import pytest
from django.utils import timezone

from calls.ingest.arrivals import arrival_of
from calls.ingest.intake import KEPT
from calls.ingest.models import Delivery
from calls.ingest.records import Record
from calls.ingest.rows import insert_unknown
from calls.ingest.tests.says import said, store_at
from calls.models import Call, CapturedVariable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["\\N", "a\\b\tc\nd\re", "\\.", "None", "é\u2028", "'", "\x01\\"])
def test_any_text_is_written_as_it_is(text):
    store_at(0, said(600, ended_reason=text, variables={text: [text, None]}))
    variable = CapturedVariable.objects.get()
    assert (Call.objects.get().ended_reason, variable.name, variable.value) == (text, text, [text, None])


def test_deliveries_that_somebody_else_kept_meanwhile_are_not_kept_twice():
    one = arrival_of(Record(1, bytes(range(256)), None, "not JSON"), "webhook", "vapi", timezone.now()).delivery
    rows = [[getattr(one, name) if name != "digest" else str(place) for name in KEPT] for place in range(30)]
    insert_unknown(Delivery, KEPT, rows[:20])
    insert_unknown(Delivery, KEPT, rows[5:])
    assert sorted(int(kept.digest) for kept in Delivery.objects.all()) == list(range(30))
    assert {kept.raw for kept in Delivery.objects.all()} == {bytes(range(256))}
