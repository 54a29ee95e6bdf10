"""Exports that repeat themselves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from calls.models import Assistant
from calls.tests.factory import make_assistant, make_call, make_user
from exports import schedules, tasks
from exports.models import ExportJob, ExportSchedule, State
from exports.run import run_export

pytestmark = pytest.mark.django_db(transaction=True)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("every", "after", "expected"),
    [
        ("day", "2026-11-24T05:00Z", "2026-11-25T06:00+01:00"),
        ("day", "2026-11-24T04:59Z", "2026-11-24T06:00+01:00"),
        ("day", "2026-03-28T12:00Z", "2026-03-29T06:00+02:00"),
        ("day", "2026-10-24T12:00Z", "2026-10-25T06:00+01:00"),
        ("week", "2026-11-24T12:00Z", "2026-11-30T06:00+01:00"),
        ("month", "2026-11-24T12:00Z", "2026-12-01T06:00+01:00"),
        ("month", "2026-12-31T23:30Z", "2027-01-01T06:00+01:00"),
    ],
)
def test_the_next_time_is_a_morning_of_the_zone(every, after, expected):
    assert schedules.next_time(every, datetime.fromisoformat(after), BERLIN) == datetime.fromisoformat(expected)


@pytest.fixture
def schedule(signed_in):
    def schedule(query="", **fields):
        signed_in.post("/exports/", {"query": query, "format": "csv", "repeat": "day", **fields})
        ExportJob.objects.all().delete()
        return ExportSchedule.objects.get()

    return schedule


def make_due(schedule):
    ExportSchedule.objects.filter(pk=schedule.pk).update(next_at=timezone.now() - timedelta(minutes=1))


def test_it_is_made_now_and_again(signed_in):
    signed_in.post("/exports/", {"query": "status=busy", "format": "jsonl", "columns": ["id"], "repeat": "week"})
    one = ExportSchedule.objects.get()
    assert (one.query, one.format, one.columns, one.every) == ("status=busy", "jsonl", ["id"], "week")
    assert timedelta(0) < one.next_at - timezone.now() <= timedelta(days=7)
    assert ExportJob.objects.get().schedule is None


def test_what_is_due_is_made_once(schedule):
    one = schedule("status=busy")
    tasks.sweep()
    assert not ExportJob.objects.exists()
    make_due(one)
    tasks.sweep()
    tasks.sweep()
    job = ExportJob.objects.get()
    assert (job.query, job.schedule) == ("status=busy", one)
    one.refresh_from_db()
    assert one.next_at > timezone.now()


def test_a_lost_week_is_made_up_for_once(schedule):
    one = schedule()
    ExportSchedule.objects.update(next_at=datetime(2026, 1, 1, tzinfo=UTC))
    tasks.sweep()
    tasks.sweep()
    assert ExportJob.objects.filter(schedule=one).count() == 1


def test_an_empty_one_is_skipped_when_so_chosen(schedule):
    one = schedule("status=busy", skip_empty="on")
    make_due(one)
    tasks.sweep()
    assert not ExportJob.objects.exists()
    make_call(status="busy")
    make_due(one)
    tasks.sweep()
    assert ExportJob.objects.count() == 1


def test_it_is_stopped_by_its_user_only(schedule, signed_in, client):
    one = schedule()
    assert "Every day, next" in signed_in.get("/exports/").content.decode()
    client.force_login(make_user(sees_all=True))
    assert client.post(f"/exports/repeated/{one.pk}/stop/").status_code == 404
    client.force_login(one.user)
    assert client.post(f"/exports/repeated/{one.pk}/stop/")["Location"] == "/exports/"
    assert not ExportSchedule.objects.exists()


def test_a_selection_that_can_no_longer_be_read_is_told(schedule, signed_in):
    one = schedule(f"assistant={make_assistant().pk}")
    Assistant.objects.all().delete()
    make_due(one)
    tasks.sweep()
    assert "The selection can no longer be read: assistant:" in signed_in.get("/exports/").content.decode()


def test_who_may_no_longer_sign_in_gets_none(schedule):
    one = schedule()
    one.user.is_active = False
    one.user.save()
    make_due(one)
    tasks.sweep()
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize(("email_url", "sent"), [("smtp://mail.example.com", 1), ("", 0)])
def test_the_link_comes_by_mail_where_mail_is_set_up(schedule, user, settings, email_url, sent):
    settings.EMAIL_URL = email_url
    user.email = "ann@example.com"
    user.save()
    make_due(schedule())
    tasks.sweep()
    job = ExportJob.objects.get()
    run_export(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE
    assert len(mail.outbox) == sent
    if sent:
        assert mail.outbox[0].to == ["ann@example.com"]
        assert f"{settings.PUBLIC_URL}/exports/{job.uuid}/" in mail.outbox[0].body


def test_a_mail_server_that_is_away_costs_no_export(schedule, user, settings, monkeypatch):
    def refuse(*args, **options):
        raise ConnectionRefusedError

    settings.EMAIL_URL = "smtp://mail.example.com"
    user.email = "ann@example.com"
    user.save()
    monkeypatch.setattr(schedules, "send_mail", refuse)
    make_due(schedule())
    tasks.sweep()
    job = ExportJob.objects.get()
    run_export(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE
