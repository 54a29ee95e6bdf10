"""The tests run in a temporary DATA_DIR, with the defaults of all settings but DATABASE_URL and REDIS_URL."""

import atexit
import os
import shutil
import tempfile

import pytest
from django.conf import settings

pytest_plugins = ["callmon.testing.browser"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """With this variable pytest-django would load the settings before this file is read."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def set_environment():
    folder = tempfile.mkdtemp(prefix="callmon-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in (
        *("ADMIN_PASSWORD", "EMAIL_FROM", "EMAIL_URL", "HOST", "PORT", "PUBLIC_URL", "TIME_ZONE"),
        *("EXPORTS_PER_USER", "EXPORT_MAX_ROWS", "EXPORT_LIFE_DAYS"),
        *("STORAGE_URL", "S3_ENDPOINT_URL", "S3_REDIRECT_URL", "X_ACCEL_REDIRECT"),
        *("RECORDING_MAX_MB", "RECORDING_FETCHES", "RECORDING_LIFE_DAYS", "RECORDING_ALLOWED_HOSTS"),
        *("WEBHOOK_MAX_MB", "WEBHOOKS_PER_MINUTE", "DELIVERY_LIFE_DAYS", "CLOSE_AFTER_HOURS"),
        *(name for name in os.environ if name.startswith("WEBHOOK_") and name.endswith("_SECRET")),
        *("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "ELEVENLABS_API_KEY"),
    ):
        os.environ[name] = ""
    os.environ.update(
        DATABASE_URL=os.environ.get("DATABASE_URL", ""),
        DATA_DIR=folder,
        DEMO_CALLS="0",
        DJANGO_SETTINGS_MODULE="callmon.settings",
        REDIS_URL=own_redis_database(os.environ.get("REDIS_URL", "")),
        SECRET_KEY="tests-only-" * 5,
    )


def own_redis_database(url):
    """One for each process of pytest-xdist: gw0 takes the first."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return url and f"{url.rstrip('/')}/{number}"


def adapt_settings():
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        # A file, as in production: threads and processes of one test share it.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "test.sqlite3")


if not settings.configured:
    set_environment()
adapt_settings()
