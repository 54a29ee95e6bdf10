"""/health/live and /health/ready: what a probe asks."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from callmon.celery import app
from callmon.env import make_writable
from callmon.models import Heartbeat

logger = logging.getLogger(__name__)

# Four missed beats.
WORKER_SILENCE_SECONDS = 60


class HealthMiddleware:
    """Answers probes before all else: they have no session and may use any host name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/health/live":
            return HttpResponse("ok", content_type="text/plain")
        if request.path_info == "/health/ready":
            return ready()
        return self.get_response(request)


def ready() -> JsonResponse:
    """The state of each part: "ok" or what is wrong, in a few words. 503 when any is not ok."""
    states = {name: state(name, check) for name, check in CHECKS.items()}
    return JsonResponse(states, status=200 if set(states.values()) == {"ok"} else 503)


def state(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever it is, the part does not answer
        logger.warning("%s does not answer: %s", name, type(error).__name__)
        return "does not answer"


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def broker() -> str:
    if not settings.REDIS_URL:
        make_writable(settings.DATA_DIR / "broker")
    with app.connection_for_write() as broker_connection:
        broker_connection.ensure_connection(max_retries=1, timeout=2)
    return "ok"


def storage() -> str:
    default_storage.delete(default_storage.save("health/probe", ContentFile(b"ok")))
    return "ok"


def worker() -> str:
    age_seconds = Heartbeat.age_seconds("worker")
    if age_seconds is None:
        return "no heartbeat yet"
    return "ok" if age_seconds < WORKER_SILENCE_SECONDS else f"no heartbeat for {age_seconds:.0f} seconds"


CHECKS = {"database": database, "broker": broker, "storage": storage, "worker": worker}
