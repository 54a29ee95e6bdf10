"""Tasks of the site itself."""

from celery import shared_task
from celery.signals import worker_ready

from callmon.models import Heartbeat


@shared_task
def heartbeat() -> None:
    """Show that a worker takes tasks: beat sends it (see CELERY_BEAT_SCHEDULE), /health/ready looks for its trace."""
    Heartbeat.beat("worker")


@worker_ready.connect
def show_first_heartbeat(**kwargs: object) -> None:
    """Be known as ready at once, not at the next beat."""
    heartbeat.delay()
