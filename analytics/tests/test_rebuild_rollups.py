from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from analytics import tasks
from analytics.models import DayTotal, SealedDay
from calls.tests.factory import NOON, make_call

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_it_takes_the_totals_of_all_days_that_are_over_anew(capsys):
    for days in (0, 1, 3):
        make_call(started_at=NOON - timedelta(days=days))
    DayTotal.objects.create(number=1, grain=0, status="busy", calls=9, talking=0, talk_ms=0, priced=0, cost_units=0)
    call_command("rebuild_rollups")
    assert capsys.readouterr().out.startswith("sealed=3 left_out=0 seconds=")
    assert SealedDay.objects.count() == 3
    assert not DayTotal.objects.filter(number=1).exists()


def test_the_worker_seals_what_is_due():
    make_call(started_at=NOON - timedelta(days=1))
    tasks.seal()
    assert SealedDay.objects.count() == 1


def test_the_worker_rings_again_when_there_is_more_to_do(monkeypatch):
    for days in (1, 2):
        make_call(started_at=NOON - timedelta(days=days))
    rung = []
    monkeypatch.setattr(tasks.seal, "delay", lambda: rung.append(SealedDay.objects.count()))
    monkeypatch.setattr(tasks, "SECONDS", -1)
    tasks.seal()
    assert rung == [1]
