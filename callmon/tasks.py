"""Tasks of the site itself."""

from celery import shared_task
from celery.signals import worker_ready

from callmon.models import Heartbeat
from calls import planner


@shared_task
def heartbeat() -> None:
    """Show that a worker takes tasks: beat sends it (see CELERY_BEAT_SCHEDULE), /health/ready looks for its trace."""
    Heartbeat.beat("worker")


@shared_task
def refresh_statistics() -> None:
    """Once a day: a log that grows call by call is never counted otherwise on SQLite."""
    planner.refresh_statistics()


@worker_ready.connect
def show_first_heartbeat(**kwargs: object) -> None:
    """Be known as ready at once, not at the next beat."""
    heartbeat.delay()
