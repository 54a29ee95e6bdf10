"""Calls without an ending, and the end of the life of bodies."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from django.utils import timezone

from calls.choices import Status
from calls.ingest import lives
from calls.ingest.closing import close_calls
from calls.ingest.models import Delivery
from calls.ingest.registers import NO_ENDING
from calls.ingest.store import close
from calls.ingest.tests.says import at, said, store_at
from calls.ingest.tests.test_processing import waiting
from calls.ingest.tests.test_store_order import picture
from calls.models import Call

pytestmark = pytest.mark.django_db


def grow_old(hours=5):
    Call.objects.update(updated_at=timezone.now() - timedelta(hours=hours))


def live():
    return store_at(0, said(0, status=Status.IN_PROGRESS, started_at=at(0), answered_at=at(3))).call


def outcome():
    return Call.objects.values_list("status", "ended_reason", "ended_at", "duration_ms").get()


def test_a_call_without_an_ending_is_closed_and_marked():
    live(), grow_old()
    assert close_calls(timezone.now()) == 1
    assert outcome() == (Status.FAILED, NO_ENDING, None, None)
    assert close_calls(timezone.now()) == 0


def test_a_call_of_which_something_came_lately_stays_open(settings):
    live(), grow_old(hours=3)
    assert close_calls(timezone.now()) == 0
    settings.CLOSE_AFTER_HOURS = 2
    assert close_calls(timezone.now()) == 1


def test_a_late_ending_corrects_it():
    live(), grow_old(), close_calls(timezone.now())
    store_at(60, said(60, status=Status.COMPLETED, ended_at=at(60)))
    assert outcome() == (Status.COMPLETED, "", at(60), 57_000)


def test_a_late_ending_with_its_reason_corrects_it():
    live(), grow_old(), close_calls(timezone.now())
    store_at(60, said(60, status=Status.BUSY, ended_reason="customer-busy"))
    assert outcome()[:2] == (Status.BUSY, "customer-busy")


def test_a_late_live_status_does_not_open_it_again():
    live(), grow_old(), close_calls(timezone.now())
    store_at(70, said(70, status=Status.IN_PROGRESS))
    assert outcome()[:2] == (Status.FAILED, NO_ENDING)


def test_an_ended_call_is_not_closed_once_more():
    store_at(0, said(0, status=Status.COMPLETED))
    assert close([Call.objects.get().pk]) == 0


def test_whenever_the_rule_comes_the_call_is_the_same_in_the_end():
    steps = [
        lambda: store_at(0, said(0, status=Status.RINGING, started_at=at(0))),
        lambda: store_at(5, said(5, status=Status.IN_PROGRESS, answered_at=at(5))),
        lambda: store_at(60, said(60, status=Status.COMPLETED, ended_at=at(60))),
        lambda: close(list(Call.objects.values_list("pk", flat=True))),
    ]
    pictures = set()
    for order in permutations(steps):
        with transaction.atomic():
            for step in order:
                step()
            pictures.add(picture())
            transaction.set_rollback(True)
    assert len(pictures) == 1


def test_a_body_lives_for_some_days(settings):
    settings.DELIVERY_LIFE_DAYS = 10
    now = timezone.now()
    old = now - timedelta(days=11)
    waiting(1, state="processed", received_at=old), waiting(2, state="ignored", received_at=old)
    waiting(3, received_at=old), waiting(4, state="rejected", received_at=now - timedelta(days=9))
    lives.end(now)
    kept = {one.digest: bool(one.raw) for one in Delivery.objects.all()}
    assert sorted(kept.values()) == [False, True, True]
    assert Delivery.objects.get(state="processed").raw == b""
