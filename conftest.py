"""The tests run in a temporary DATA_DIR, with the defaults of all settings but DATABASE_URL and REDIS_URL."""

import atexit
import os
import shutil
import tempfile

ENVIRONMENT = {
    "ADMIN_PASSWORD": "",
    "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
    "DATA_DIR": tempfile.mkdtemp(prefix="callmon-test-"),
    "DEMO_CALLS": "0",
    "DJANGO_SETTINGS_MODULE": "callmon.settings",
    "HOST": "",
    "PORT": "",
    "PUBLIC_URL": "",
    "REDIS_URL": os.environ.get("REDIS_URL", ""),
    "SECRET_KEY": "tests-only-" * 5,
    "STORAGE_URL": "",
    "TIME_ZONE": "",
}
if ENVIRONMENT["REDIS_URL"]:
    # A Redis database for each process of pytest-xdist: gw0 takes the first.
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    ENVIRONMENT["REDIS_URL"] = f"{ENVIRONMENT['REDIS_URL'].rstrip('/')}/{number}"
os.environ.update(ENVIRONMENT)
atexit.register(shutil.rmtree, ENVIRONMENT["DATA_DIR"], ignore_errors=True)

from django.conf import settings  # noqa: E402 - reads the environment set above

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # noqa: S105
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# A file, as in production: threads and processes of one test share it.
settings.DATABASES["default"].setdefault("TEST", {})
if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    settings.DATABASES["default"]["TEST"]["NAME"] = os.path.join(ENVIRONMENT["DATA_DIR"], "test.sqlite3")

settings.STATIC_ROOT.mkdir(exist_ok=True)

pytest_plugins = ["callmon.testing.browser"]
