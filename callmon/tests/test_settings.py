"""What follows from the environment."""

import json
import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings


def settings_with(*names, **environment):
    """The values of settings in a process of its own."""
    values = f"[getattr(s, name, None) for name in {names!r}]"
    code = f"import json, callmon.settings as s; print(json.dumps({values}, default=str))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "81"}, "http://127.0.0.1:81"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"PUBLIC_URL": "https://calls.example.com/"}, "https://calls.example.com"),
    ],
)
def test_the_public_address_follows_from_host_and_port(environment, url):
    assert settings_with("PUBLIC_URL", **environment) == [url]


def test_the_public_address_drives_hosts_origins_and_cookies():
    names = ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    hosts, origins, *is_secure = settings_with(*names, PUBLIC_URL="https://calls.example.com:444")
    assert "calls.example.com" in hosts
    assert origins == ["https://calls.example.com:444"]
    assert is_secure == [True, True]


def test_redis_is_broker_and_cache():
    broker, caches = settings_with("CELERY_BROKER_URL", "CACHES", REDIS_URL="redis://127.0.0.1:1/0")
    assert broker == "redis://127.0.0.1:1/0"
    assert caches["default"]["LOCATION"] == "redis://127.0.0.1:1/0"


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = settings_with("SECRET_KEY", DATA_DIR=str(tmp_path), SECRET_KEY="")
    assert settings_with("SECRET_KEY", DATA_DIR=str(tmp_path), SECRET_KEY="") == first
    assert len(first[0]) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_files_are_kept_in_a_bucket_when_one_is_named():
    server = {"STORAGE_URL": "s3://calls/kept", "S3_ENDPOINT_URL": "http://minio:9000/"}
    [storages] = settings_with("STORAGES", **server)
    storage = storages["default"]
    assert storage["BACKEND"] == "calls.recordings.storage.BucketStorage"
    names = ("bucket_name", "location", "endpoint_url", "addressing_style")
    assert [storage["OPTIONS"][name] for name in names] == ["calls", "kept", "http://minio:9000", "path"]


def test_the_page_may_play_from_where_browsers_are_sent():
    [policy] = settings_with("CONTENT_SECURITY_POLICY", S3_REDIRECT_URL="https://s3.example.com")
    assert policy["DIRECTIVES"]["media-src"] == ["'self'", "https://s3.example.com"]
