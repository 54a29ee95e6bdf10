"""The command demo_calls."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from calls.choices import RecordingState
from calls.models import Assistant, Call, Campaign, Recording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


def demo_calls(capsys, **options):
    """The lines that the command prints."""
    call_command("demo_calls", **options)
    return capsys.readouterr().out.splitlines()


def test_it_makes_as_many_calls_as_asked_and_says_so_in_its_last_line(capsys):
    assert demo_calls(capsys, calls=120)[-1] == "Made 120 demo calls."
    assert Call.objects.count() == 120
    assert Assistant.objects.count() > 5
    assert Campaign.objects.count() > 1


def test_a_second_run_changes_nothing(capsys):
    demo_calls(capsys, calls=60)
    before = list(Call.objects.order_by("pk").values_list("external_id", "started_at", "updated_at"))
    assert demo_calls(capsys, calls=60)[-1] == "Made 0 demo calls, 60 were there already."
    assert list(Call.objects.order_by("pk").values_list("external_id", "started_at", "updated_at")) == before


def test_another_seed_adds_other_calls(capsys):
    demo_calls(capsys, calls=40)
    demo_calls(capsys, calls=40, seed=2)
    assert Call.objects.count() == 80


def test_the_cost_that_is_stored_is_the_sum_of_its_items(capsys):
    demo_calls(capsys, calls=80)
    for call in Call.objects.filter(cost__isnull=False).annotate(parts=Sum("cost_items__amount")):
        assert call.cost == (call.parts or Decimal(0))


def test_recordings_can_be_played(capsys):
    demo_calls(capsys, calls=80)
    rows = Recording.objects.select_related("call")
    assert rows.count() >= 8
    for row in rows:
        assert row.call.recorded
        assert row.state == RecordingState.READY
        assert (row.content_type, row.channels) == ("audio/mpeg", 2)
        with row.file.open() as sound:
            assert len(sound.read()) == row.size_bytes == row.file.size
        assert row.duration_ms == pytest.approx(row.call.duration_ms, abs=200)


def test_days_say_how_far_back_the_calls_go(capsys):
    demo_calls(capsys, calls=60, days=2)
    moments = Call.objects.values_list("started_at", flat=True)
    assert (max(moments) - min(moments)).days < 2


@pytest.mark.parametrize(("option", "value"), [("--calls", "-1"), ("--calls", "many"), ("--days", "0")])
def test_it_rejects_numbers_that_make_no_sense(option, value):
    arguments = {"--calls": "1"} | {option: value}
    with pytest.raises(CommandError, match="takes a whole number"):
        call_command("demo_calls", *[text for pair in arguments.items() for text in pair])


def test_it_shows_no_progress_where_nobody_looks(capsys):
    call_command("demo_calls", calls=20)
    assert capsys.readouterr().err == ""
