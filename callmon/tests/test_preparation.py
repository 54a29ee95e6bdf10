"""The steps before the site is served."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from callmon import preparation


def refuse(*args, **kwargs):
    raise AssertionError(f"called with {args} {kwargs}")


@pytest.fixture
def static_files(settings, tmp_path):
    """A folder of static files with one in it, and an empty place to collect them."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.css").write_text("body {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    return source


def test_it_collects_static_files(static_files, settings):
    preparation.collect_static()
    assert (settings.STATIC_ROOT / "app.css").read_text() == "body {}"


def test_it_collects_static_files_only_when_one_changed(static_files, settings, monkeypatch):
    preparation.collect_static()
    with monkeypatch.context() as patch:
        patch.setattr(preparation, "call_command", refuse)
        preparation.collect_static()
    (static_files / "app.css").write_text("body { color: red }")
    preparation.collect_static()
    assert (settings.STATIC_ROOT / "app.css").read_text() == "body { color: red }"


@pytest.mark.django_db
def test_it_migrates_only_when_there_is_something_to_do(monkeypatch):
    monkeypatch.setattr(preparation, "call_command", refuse)
    preparation.migrate()


@pytest.mark.django_db(transaction=True)
def test_it_migrates_what_is_missing():
    call_command("migrate", "callmon", "zero", verbosity=0)
    preparation.migrate()
    assert "callmon_heartbeat" in preparation.connection.introspection.table_names()


@pytest.mark.django_db
def test_the_first_administrator_has_the_password_of_the_setting(settings):
    settings.ADMIN_PASSWORD = "correct horse"
    assert preparation.create_administrator() == "Sign in as 'admin' with the password in ADMIN_PASSWORD."
    assert get_user_model().objects.get(is_superuser=True).check_password("correct horse")


@pytest.mark.django_db
def test_the_first_administrator_has_the_password_that_is_printed():
    words = preparation.create_administrator().split()
    assert get_user_model().objects.get(username="admin").check_password(words[words.index("password") + 1])


@pytest.mark.django_db
def test_it_makes_no_administrator_beside_other_users(settings):
    settings.ADMIN_PASSWORD = "correct horse"
    get_user_model().objects.create_user("ada")
    preparation.create_administrator()
    assert get_user_model().objects.get().username == "ada"
