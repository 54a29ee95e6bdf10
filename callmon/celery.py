"""The Celery application: its tasks live in the apps, its settings in callmon.settings (CELERY_…)."""

import os
from contextlib import suppress
from logging.config import dictConfig
from pathlib import Path

from celery import Celery
from celery.signals import setup_logging, worker_init

NICENESS = 10

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callmon.settings")

app = Celery("callmon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_site_does(**kwargs: object) -> None:
    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_init.connect
def let_the_site_go_first(**kwargs: object) -> None:
    """What a worker does can wait; who sends a delivery or opens a page does not."""
    os.nice(NICENESS)
    # Linux may weigh sessions, each by a number of its own, before the processes in them.
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(NICENESS))
