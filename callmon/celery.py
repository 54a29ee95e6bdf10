"""The Celery application: its tasks live in the apps, its settings in callmon.settings (CELERY_…)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callmon.settings")

app = Celery("callmon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
