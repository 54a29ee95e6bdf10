"""Any order of the same deliveries, with repeats, gives the same call."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.choices import Component, Direction, EndedBy, ResponseKind, Speaker, Status
from calls.ingest.normalised import Amount, CostPart, Latency, Named, NormalisedCall, RecordingReference, Turn
from calls.ingest.parts import PARTS
from calls.ingest.store import store
from calls.ingest.tests.says import NOON, at, full, said
from calls.models import Call

pytestmark = pytest.mark.django_db

IGNORED = ("id", "uuid", "updated_at", "assistant_id", "campaign_id")
seconds = st.integers(0, 5)
moments = seconds.map(at)
words = st.sampled_from(["a", "b", "c"])
amounts = st.builds(Amount, st.sampled_from([Decimal("0.1"), Decimal(3)]), st.sampled_from(["credits", "USD"]))
json_values = st.sampled_from([None, True, False, 0, 1, 1.5, "1", "", [1], {"a": True}, {"a": 1}])
ids = st.sampled_from(["", "x", "y"])
named = st.builds(Named, ids, st.none() | st.sampled_from(["Ann", "Bob"]))
urls = st.sampled_from(["https://m.example.com/1?a", "https://m.example.com/1?b", "https://m.example.com/2"])


def maybe(strategy):
    return st.none() | strategy


def few(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


turns = st.builds(
    Turn,
    speaker=st.sampled_from(Speaker),
    text=words,
    start_seconds=maybe(st.floats(0, 5)),
    end_seconds=maybe(st.floats(0, 5)),
    name=maybe(words),
    result=maybe(words),
    is_error=maybe(st.booleans()),
    interrupted=maybe(st.booleans()),
)
deliveries = st.builds(
    NormalisedCall,
    source=st.just("vapi"),
    external_id=st.just("c-1"),
    observed_at=maybe(moments),
    sequence=st.sampled_from([0, 1, 9, 10]),
    status=maybe(st.sampled_from(Status)),
    raw_status=maybe(words),
    ended_reason=maybe(words),
    ended_by=maybe(st.sampled_from(EndedBy)),
    assistant=maybe(named),
    campaign=maybe(named),
    direction=maybe(st.sampled_from(Direction)),
    from_number=maybe(st.sampled_from(["+12025550123", "anonymous"])),
    to_number=maybe(words),
    started_at=maybe(moments),
    answered_at=maybe(moments),
    ended_at=maybe(moments),
    duration_ms=maybe(st.integers(0, 9)),
    cost=maybe(amounts),
    cost_items=few(st.builds(CostPart, st.sampled_from(Component), amounts)),
    transcript=few(turns),
    variables=st.dictionaries(words, json_values, max_size=2),
    response_times=few(st.builds(Latency, st.sampled_from(ResponseKind), st.integers(0, 9))),
    recording=maybe(st.builds(RecordingReference, urls, maybe(st.integers(1, 2)))),
    metadata=st.dictionaries(words, json_values, max_size=2),
)


def picture():
    """Everything that is kept of the one call, without ids."""
    call = Call.objects.get()
    columns = {field.attname: getattr(call, field.attname) for field in Call._meta.concrete_fields}
    people = [(thing and (thing.external_id, thing.name)) for thing in (call.assistant, call.campaign)]
    assert call.assistant_name == (call.assistant.name if call.assistant else "")
    kept = {name: value for name, value in columns.items() if name not in IGNORED}
    return repr(_sorted({"call": kept, "people": people} | {name: part.load(call) for name, part in PARTS.items()}))


def _sorted(value):
    """JSON objects have no order."""
    if isinstance(value, dict):
        return sorted((key, _sorted(part)) for key, part in value.items())
    return [_sorted(part) for part in value] if isinstance(value, list) else value


def outcome(order):
    """The picture after storing (index, delivery) in that order, in a database that forgets them again."""
    with transaction.atomic():
        for index, delivery in order:
            store(delivery, received_at=NOON + timedelta(seconds=index), digest=f"digest{index}")
        result = picture()
        transaction.set_rollback(True)
    return result


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.lists(deliveries, min_size=2, max_size=4))
def test_any_order_with_repeats_gives_the_same_call(data, some):
    order = list(enumerate(some))
    shuffled = data.draw(st.permutations(order + data.draw(st.lists(st.sampled_from(order), max_size=3))))
    assert outcome(shuffled) == outcome(order)


def test_every_order_of_a_usual_call_gives_the_same_call():
    usual = [
        said(0, status=Status.RINGING, assistant=Named("a-1", None), started_at=at(0)),
        said(3, status=Status.IN_PROGRESS, answered_at=at(3), assistant=Named("a-1", "Support line")),
        full(),
        said(600, status=Status.VOICEMAIL, cost=Amount(Decimal("0.06"), "USD"), variables={"order_id": "54321"}),
    ]
    outcomes = {outcome(order) for order in permutations(enumerate(usual))}
    assert len(outcomes) == 1
