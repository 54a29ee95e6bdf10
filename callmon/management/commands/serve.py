"""The product in one command: prepares what is missing, then runs the site, its worker and its clock."""

import errno
import socket
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from callmon import preparation
from callmon.env import in_url, stop
from callmon.supervisor import run_together


class Command(BaseCommand):
    help = __doc__
    # They import every page; gunicorn finds the same faults a second later.
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        try:
            with reserve_address() as listener:
                self.serve(listener)
        except KeyboardInterrupt:
            stop("interrupted")

    def serve(self, listener: socket.socket) -> None:
        preparation.connect_database()
        preparation.connect_broker()
        preparation.migrate()
        preparation.collect_static()
        how_to_sign_in = preparation.create_administrator()
        preparation.load_demo_calls()
        preparation.connection.close()

        # From here on a browser waits for gunicorn instead of being refused.
        listener.listen()
        self.stdout.write(f"\nCallmon is at {settings.PUBLIC_URL}\n{how_to_sign_in}\nCtrl-C stops it.\n")
        self.stdout.flush()
        sys.exit(run_together(commands(listener.fileno()), pass_fds=[listener.fileno()]))


def reserve_address() -> socket.socket:
    """A socket bound to HOST and PORT that does not listen yet, so that nobody takes the port meanwhile."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.HOST, settings.PORT, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        stop(address_problem(error))
    return listener


def address_problem(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        place = f"{in_url(settings.HOST)}:{settings.PORT}"
        return f"PORT={settings.PORT}: takes a free port, and something listens on {place} already"
    if error.errno == errno.EACCES:
        return f"PORT={settings.PORT}: takes a port that this user may open, such as 8000"
    return f"HOST={settings.HOST!r}: takes an address of this machine, such as 127.0.0.1 or 0.0.0.0 ({error.strerror})"


def commands(listener_fd: int) -> dict[str, list[str]]:
    """The processes by what an operator calls them."""
    gunicorn = [sys.executable, "-m", "gunicorn", "callmon.wsgi", "--chdir", str(settings.BASE_DIR)]
    # As root, as in a container, Celery would print a warning of eight lines.
    celery = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet"]
    celery += ["--workdir", str(settings.BASE_DIR), "--app", "callmon"]
    return {
        "web server": [
            *(*gunicorn, "--bind", f"fd://{listener_fd}", "--log-level", "warning", "--no-control-socket"),
            # A browser that has heard enough for now holds its thread: many listeners need many.
            *("--worker-class", "gthread", "--workers", "1", "--threads", "24", "--graceful-timeout", "5"),
        ],
        # Two slots: a long export leaves one for the heartbeat. A killed slot is replaced by its parent.
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "clock": [*celery, "beat", "--pidfile", ""],
    }
