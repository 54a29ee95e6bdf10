"""Fixtures. Models are imported late: pytest reads this file before Django has started."""

import pytest


@pytest.fixture(autouse=True)
def folders(tmp_path, settings):
    """Files of exports, gone after the test."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.DATA_DIR = tmp_path


@pytest.fixture
def bells(monkeypatch):
    """The exports that workers were told of, instead of a broker."""
    from exports import tasks

    rung = []
    monkeypatch.setattr(tasks.run, "apply_async", lambda args, **options: rung.append(args[0]))
    return rung


@pytest.fixture
def user():
    from calls.tests.factory import make_user

    return make_user("ann", sees_all=True)


@pytest.fixture
def signed_in(client, user, bells):
    client.force_login(user)
    return client
