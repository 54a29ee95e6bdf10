"""/health/live and /health/ready."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone

from callmon import health
from callmon.models import Heartbeat
from callmon.tasks import heartbeat


def make_heartbeat(*, age_seconds=0):
    return Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=age_seconds))


def refuse(*args, **kwargs):
    raise OSError("a secret address")


def test_live_touches_no_database(client):
    assert client.get("/health/live").content == b"ok"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
@pytest.mark.django_db
def test_it_answers_by_any_host_name_and_without_signing_in(client, path):
    make_heartbeat()
    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.django_db
def test_ready_names_the_state_of_each_part(client):
    make_heartbeat()
    response = client.get("/health/ready")
    assert response.json() == {"database": "ok", "broker": "ok", "storage": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_it_is_not_ready_before_the_first_heartbeat(client):
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["worker"] == "no heartbeat yet"


@pytest.mark.django_db
def test_it_is_not_ready_when_the_heartbeat_stopped(client):
    make_heartbeat(age_seconds=75)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["worker"] == "no heartbeat for 75 seconds"


@pytest.mark.django_db
def test_it_is_ready_when_some_heartbeats_were_missed(client):
    make_heartbeat(age_seconds=45)
    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_when_the_storage_fails(client, monkeypatch):
    make_heartbeat()
    monkeypatch.setattr(default_storage, "save", refuse)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["storage"] == "does not answer"


@pytest.mark.django_db
def test_it_is_not_ready_when_the_broker_fails(client, monkeypatch):
    make_heartbeat()
    monkeypatch.setattr(health.app, "connection_for_write", refuse)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["broker"] == "does not answer"


@pytest.mark.django_db
def test_it_is_not_ready_when_the_database_fails(client, monkeypatch):
    def fail():
        raise DatabaseError("a secret address")

    monkeypatch.setattr(connection, "cursor", fail)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert (response.json()["database"], response.json()["worker"]) == ("does not answer", "does not answer")
    assert b"secret" not in response.content


@pytest.mark.django_db
def test_the_probe_leaves_no_file(client):
    client.get("/health/ready")
    assert default_storage.listdir("health") == ([], [])


@pytest.mark.django_db
def test_a_heartbeat_is_one_row():
    make_heartbeat(age_seconds=75)
    heartbeat()
    assert Heartbeat.objects.count() == 1
    assert Heartbeat.age_seconds("worker") < 5
