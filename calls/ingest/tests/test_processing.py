"""Deliveries that wait, and what workers do with them."""

import gzip
import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.ingest import processing
from calls.ingest.models import Delivery, DeliveryState
from calls.models import Call

pytestmark = pytest.mark.django_db
STARTED = "2026-11-20T14:03:11Z"


def waiting(number=1, **fields):
    """A native delivery that waits; `fields` are the row's, or the call's under `call`."""
    body = json.dumps({"id": f"c-{number}", "status": "completed", "started_at": STARTED} | fields.pop("call", {}))
    values = {"provider": "callmon", "received_at": timezone.now(), "size_bytes": len(body)} | fields
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Delivery.objects.create(body=gzip.compress(body.encode()), digest=digest, **values)


def old():
    return timezone.now() - 2 * processing.SILENCE


def test_what_waits_becomes_a_call():
    delivery = waiting()
    assert processing.process_waiting() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.call, delivery.owner) == (DeliveryState.PROCESSED, Call.objects.get(), "")


def test_one_is_processed_by_itself():
    first, second = waiting(1), waiting(2)
    assert processing.process_delivery(second.pk).call.external_id == "c-2"
    first.refresh_from_db()
    assert first.state == DeliveryState.WAITING


def test_a_delivery_that_says_too_little_is_rejected_with_the_path_of_the_field():
    delivery = processing.process_delivery(waiting(call={"assistant": {"id": ["a"]}}).pk)
    assert (delivery.state, delivery.reason) == (DeliveryState.REJECTED, "assistant.id: takes text, not ['a']")


def test_what_another_worker_has_is_left_alone():
    waiting(owner="other", heartbeat_at=timezone.now())
    assert processing.process_waiting() == 0


def test_what_a_dead_worker_had_is_taken_over():
    waiting(owner="dead", heartbeat_at=old(), attempts=1)
    assert processing.process_waiting() == 1


def test_what_has_ended_its_worker_goes_alone():
    waiting(1, received_at=old()), waiting(2, attempts=1), waiting(3)
    assert [one.attempts for one in processing.take("me", processing.free())] == [1]
    assert [one.attempts for one in processing.take("me", processing.free())] == [2]


def test_what_ends_every_worker_is_given_up():
    delivery = waiting(owner="dead", heartbeat_at=old(), attempts=processing.MOST_ATTEMPTS)
    delivery = processing.process_delivery(delivery.pk)
    assert (delivery.state, delivery.reason) == (DeliveryState.REJECTED, processing.GIVEN_UP)


def test_processing_again_forgets_what_was_said_before():
    waiting(call={"ended_reason": "bye"})
    processing.process_waiting()
    Call.objects.update(ended_reason="as an old mapping had it")
    assert processing.process_again(Delivery.objects.all()) == 1
    assert processing.process_waiting() == 1
    assert (Call.objects.get().ended_reason, Delivery.objects.get().is_again) == ("bye", False)


def test_a_delivery_without_a_body_is_not_processed_again():
    waiting()
    processing.process_waiting()
    Delivery.objects.update(body=b"")
    assert processing.process_again(Delivery.objects.all()) == 0


def test_the_address_names_the_assistant_that_a_platform_does_not():
    delivery = processing.process_delivery(waiting(assistant="Support line").pk)
    assert delivery.call.assistant.name == "Support line"


def test_large_deliveries_are_processed_one_by_one():
    waiting(1, received_at=timezone.now() - timedelta(seconds=1)), waiting(2)
    Delivery.objects.update(size_bytes=processing.BATCH_BYTES)
    assert len(processing.take("me", processing.free())) == 1
