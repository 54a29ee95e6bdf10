"""The site: settings, addresses, background worker. Imports every app; no app imports it."""

from callmon.celery import app as celery_app

__all__ = ["celery_app"]
