"""The Celery application: its tasks live in the apps, its settings in callmon.settings (CELERY_…)."""

import os
from logging.config import dictConfig

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callmon.settings")

app = Celery("callmon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_site_does(**kwargs: object) -> None:
    from django.conf import settings

    dictConfig(settings.LOGGING)
