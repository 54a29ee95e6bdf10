import pytest
import time_machine
from django.core.cache import cache


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


@pytest.fixture
def clock():
    """It is noon until a test moves it."""
    from calls.tests.factory import NOON  # models are not there yet when pytest reads this file

    with time_machine.travel(NOON, tick=False) as clock:
        yield clock
