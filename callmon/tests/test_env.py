"""What each variable takes, and the line that says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from callmon.env import BadEnvironment, Environment, without_password


def read(name, value, how, *arguments, **options):
    return getattr(Environment({name: value}), how)(name, *arguments, **options)


@pytest.mark.parametrize("value", ["", "  "])
def test_it_takes_an_empty_value_as_not_set(value):
    assert read("PORT", value, "integer", 8000, least=1, most=65535) == 8000


@pytest.mark.parametrize("value", ["0", "65536", "80a", "-1", "8000.0", "٨٠", "9" * 5000])
def test_it_rejects_what_is_not_a_number_in_range(value):
    with pytest.raises(BadEnvironment, match="^PORT=.*: takes a whole number from 1 to 65535$"):
        read("PORT", value, "integer", 8000, least=1, most=65535)


@pytest.mark.parametrize("value", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "UTC+2"])
def test_it_rejects_what_is_not_a_zone(value):
    with pytest.raises(BadEnvironment, match=r"^TIME_ZONE=.*: takes a name of the IANA time zone database"):
        read("TIME_ZONE", value, "zone", "UTC")


@pytest.mark.parametrize("value", ["127.0.0.1:8000", "http://localhost", "a b", "::zz"])
def test_it_rejects_what_is_not_a_host(value):
    with pytest.raises(BadEnvironment, match=r"^HOST=.*: takes an address of this machine"):
        read("HOST", value, "host", "127.0.0.1")


@pytest.mark.parametrize("value", ["0.0.0.0", "::", "::1", "localhost", "calls.example.com"])
def test_it_takes_a_host(value):
    assert read("HOST", value, "host", "127.0.0.1") == value


@pytest.mark.parametrize(
    "value",
    [
        *("calls.example.com", "ftp://calls.example.com", "https://", "https://:8000", "https://a b", "https://[::1"),
        *("https://a:port", "https://a:0", "https://a:99999", "https://a/path", "https://a?x=1", "https://a#b"),
    ],
)
def test_it_rejects_what_is_not_the_address_of_a_site(value):
    with pytest.raises(BadEnvironment, match=r"^PUBLIC_URL=.*: takes an address such as https://calls.example.com"):
        read("PUBLIC_URL", value, "origin", "http://127.0.0.1:8000")


@pytest.mark.parametrize("value", ["https://calls.example.com", "https://calls.example.com/", "http://[::1]:8000"])
def test_it_takes_the_address_of_a_site(value):
    assert read("PUBLIC_URL", value, "origin", "") == value.rstrip("/")


@pytest.mark.parametrize("value", ["mysql://localhost/calls", "calls", "postgres://", "postgres://h:port/calls"])
def test_it_rejects_what_is_not_a_database(value):
    with pytest.raises(BadEnvironment, match=r"^DATABASE_URL=.*: takes an address such as sqlite://… or postgres://…"):
        read("DATABASE_URL", value, "url", "", schemes=("sqlite", "postgres"))


@pytest.mark.parametrize("value", ["postgres://u:p%40@h:5432/calls?sslmode=require", "postgres:///calls"])
def test_it_takes_a_database(value):
    assert read("DATABASE_URL", value, "url", "", schemes=("sqlite", "postgres")) == value


@pytest.mark.parametrize(
    "value",
    [
        *("ftp://bucket", "bucket", "s3://", "s3:///prefix", "s3://Bucket", "s3://b", "s3://bucket?x=1"),
        *("s3://user:secret@bucket", "s3://bucket:80/prefix"),
    ],
)
def test_it_rejects_what_is_not_a_bucket(value):
    with pytest.raises(BadEnvironment, match="^STORAGE_URL=.*: takes an address such as s3://") as problem:
        read("STORAGE_URL", value, "bucket")
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ("", "")),
        ("s3://calls.example", ("calls.example", "")),
        ("s3://calls/a/b/", ("calls", "a/b")),
    ],
)
def test_it_takes_a_bucket_with_a_prefix(value, expected):
    assert read("STORAGE_URL", value, "bucket") == expected


@pytest.mark.parametrize("value", ["http://a", "a/b", "10.0.0.1/8", "300.0.0.0/8", "a,b c", "*.a", "[::1]"])
def test_it_rejects_what_are_not_hosts(value):
    with pytest.raises(BadEnvironment, match="^RECORDING_ALLOWED_HOSTS=.*: takes host names and networks"):
        read("RECORDING_ALLOWED_HOSTS", value, "hosts")


def test_it_takes_hosts_and_networks():
    expected = ["media.example.com", "10.0.0.0/8", "::1", "minio"]
    assert read("RECORDING_ALLOWED_HOSTS", " Media.Example.com., 10.0.0.0/8 ,::1,,minio", "hosts") == expected


@pytest.mark.parametrize("value", ["protected", "/protected", "/a b/", "/", "//", "http://a/"])
def test_it_rejects_what_is_not_a_path(value):
    with pytest.raises(BadEnvironment, match="^X_ACCEL_REDIRECT=.*: takes a path such as /protected/"):
        read("X_ACCEL_REDIRECT", value, "path")


def test_it_takes_a_path():
    assert read("X_ACCEL_REDIRECT", "/protected/files/", "path") == "/protected/files/"


# No permission keeps root out of these.
@pytest.mark.parametrize("value", ["/dev/null/data", "/proc/data", "/proc"])
def test_it_rejects_a_folder_that_cannot_be_written_to(value):
    with pytest.raises(BadEnvironment, match="^DATA_DIR=.*: takes a folder that can be written to"):
        read("DATA_DIR", value, "folder", Path("/tmp/data"))


def test_a_relative_folder_begins_where_the_default_does(tmp_path):
    assert read("DATA_DIR", "calls", "folder", tmp_path / "data") == tmp_path / "calls"


def test_it_hides_the_password_of_an_address():
    assert without_password("postgres://callmon:pa:ss@w@db/calls") == "postgres://callmon:…@db/calls"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u:secret@h/calls"),
        ("DATA_DIR", "/dev/null/data"),
        ("DEMO_CALLS", "many"),
        ("HOST", "127.0.0.1:8000"),
        ("PORT", "eighty"),
        ("PUBLIC_URL", "calls.example.com"),
        ("RECORDING_ALLOWED_HOSTS", "http://localhost"),
        ("RECORDING_FETCHES", "0"),
        ("RECORDING_LIFE_DAYS", "-1"),
        ("RECORDING_MAX_MB", "none"),
        ("REDIS_URL", "http://u:secret@localhost"),
        ("S3_ENDPOINT_URL", "minio:9000"),
        ("S3_REDIRECT_URL", "minio:9000"),
        ("STORAGE_URL", "ftp://u:secret@localhost"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("X_ACCEL_REDIRECT", "protected"),
    ],
)
def test_nonsense_in_a_setting_stops_the_start_with_one_line(name, value):
    command = [sys.executable, "manage.py", "check"]
    run = subprocess.run(
        command, cwd=settings.BASE_DIR, env={**os.environ, name: value}, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith(f"callmon: {name}=")
    assert "secret" not in run.stderr
