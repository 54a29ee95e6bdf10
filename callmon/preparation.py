"""What stands between an empty folder and a site: tables, static files, an administrator, demo calls.

Each step looks first whether there is anything to do, so that a later start costs milliseconds.
"""

import hashlib
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from callmon.celery import app
from callmon.env import stop, without_password
from calls.models import Call

ADMIN = "admin"


def connect_database() -> None:
    try:
        connection.ensure_connection()
    except (Error, ValueError) as error:
        stop(f"DATABASE_URL={without_password(settings.DATABASE_URL)!r}: takes a database that answers ({error})")


def connect_broker() -> None:
    """Also declares the queue, so that no two processes do it at once."""
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=5)
            app.amqp.queues[app.conf.task_default_queue](broker.default_channel).declare()
    except (OperationalError, OSError, ValueError) as error:
        stop(f"REDIS_URL={without_password(settings.REDIS_URL)!r}: takes a Redis that answers ({error})")


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Copy and compress the static files when one of them changed."""
    stamp = settings.STATIC_ROOT / "collected"
    fingerprint = static_fingerprint()
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return
    # From scratch: it would keep a file that is newer than a changed one.
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    """Changes when a static file comes, goes or is written."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            written = Path(storage.path(name)).stat()
            digest.update(f"{name} {written.st_size} {written.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def create_administrator() -> str:
    """Make the first user when there is none. Returns how to sign in, for the operator."""
    users = get_user_model().objects
    if users.exists():
        return (
            f"Sign in as {ADMIN!r} with the password of the first start, which is kept, or as another user.\n"
            f"Forgotten: .venv/bin/python manage.py changepassword {ADMIN}"
        )
    password = settings.ADMIN_PASSWORD or secrets.token_urlsafe(12)
    users.create_superuser(ADMIN, password=password)
    if settings.ADMIN_PASSWORD:
        return f"Sign in as {ADMIN!r} with the password in ADMIN_PASSWORD."
    return f"Sign in as {ADMIN!r} with the password {password} (printed only now)."


def load_demo_calls() -> None:
    if settings.DEMO_CALLS and not Call.objects.exists():
        call_command("demo_calls", calls=settings.DEMO_CALLS)
