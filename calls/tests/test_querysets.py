"""Statements that are written once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from calls.models import Call, CapturedVariable, CostItem, Transcript
from calls.querysets import WrittenOnce
from calls.tests.factory import make_call

pytestmark = pytest.mark.django_db
NEVER = datetime(2001, 1, 1, tzinfo=UTC)


def test_its_rows_are_those_of_the_queryset():
    call = make_call(cost=Decimal("1.5"), answered_at=NEVER, metadata={"a": [1]})
    calls = Call.objects.values_list("uuid", "started_at", "answered_at", "cost", "metadata", "campaign__name")
    once = WrittenOnce(lambda: calls.filter(uuid=call.uuid).filter(started_at__gte=NEVER))
    assert [tuple(row) for row in once.rows(call.uuid, call.started_at)] == list(calls)


def test_it_asks_for_the_values_given_or_for_its_own():
    one, other = make_call(), make_call()
    once = WrittenOnce(lambda: Call.objects.filter(uuid=one.uuid).values_list("pk"))
    assert [row[0] for row in (*once.rows(), *once.rows(other.uuid))] == [one.pk, other.pk]


def test_its_objects_are_models_with_what_was_selected_and_not_deferred(django_assert_num_queries):
    call = make_call()
    Transcript.objects.create(call=call, turns=[{"text": "Hello"}], words="hello")
    once = WrittenOnce(
        lambda: Call.objects.filter(pk=0).select_related("transcript", "recording").defer("transcript__words")
    )
    with django_assert_num_queries(1):
        [found] = once.objects(call.pk)
        assert (found, found.transcript.turns, hasattr(found, "recording")) == (call, [{"text": "Hello"}], False)
    with django_assert_num_queries(1):
        assert found.transcript.words == "hello"


def test_its_objects_keep_the_types_of_their_fields():
    call = make_call()
    CapturedVariable.objects.create(call=call, name="size", value={"is": None}, value_text="")
    CostItem.objects.create(call=call, component="llm", amount=Decimal("0.0100"))
    assert WrittenOnce(lambda: CapturedVariable.objects.filter(call=0)).objects(call.pk)[0].value == {"is": None}
    amount = WrittenOnce(lambda: CostItem.objects.filter(call=0)).objects(call.pk)[0].amount
    assert (type(amount), str(amount)) == (Decimal, "0.0100")


def test_it_finds_nothing():
    assert WrittenOnce(lambda: Call.objects.filter(pk=0)).objects() == []


@pytest.mark.django_db(transaction=True)
def test_it_asks_again_on_a_new_connection_and_after_a_rollback():
    call = make_call()
    once = WrittenOnce(lambda: Call.objects.filter(pk=0).values_list("uuid"))
    with transaction.atomic():
        assert [uuid for (uuid,) in once.rows(call.pk)] == [call.uuid]
        transaction.set_rollback(True)
    assert [uuid for (uuid,) in once.rows(call.pk)] == [call.uuid]
    connection.close()
    assert [uuid for (uuid,) in once.rows(call.pk)] == [call.uuid]


def test_a_statement_that_the_database_refuses_fails_as_any_other():
    once = WrittenOnce(lambda: Call.objects.extra(where=["nonsense = 1"]).filter(pk=0))
    with pytest.raises(DatabaseError), transaction.atomic():
        once.rows(1)


def test_a_percent_sign_of_its_own_is_no_value():
    call = make_call(from_number="100%")
    once = WrittenOnce(lambda: Call.objects.extra(where=["from_number LIKE '100%%'"]).filter(pk=0))
    assert once.objects(call.pk) == [call]
