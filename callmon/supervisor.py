"""Runs the parts of the product as child processes: all of them, or none."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue

GRACE_SECONDS = 10


def run_together(commands: Mapping[str, Sequence[str]], *, pass_fds: Sequence[int] = ()) -> int:
    """Start the commands and wait. 0 when a signal asked to stop, 1 when a command ended by itself; none is left."""
    signals: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        # Under nohup a hangup stays ignored. An ignored SIGINT is what a shell gives to background jobs: it counts.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, frame: signals.put(number))
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            children[name] = start(command, pass_fds)
        return wait(children, signals)
    finally:
        stop(children.values())


def start(command: Sequence[str], pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
    """A process in a session of its own: Ctrl-C in the terminal reaches only the supervisor, which passes it on."""
    return subprocess.Popen(command, pass_fds=pass_fds, start_new_session=True, preexec_fn=end_with_parent())


def end_with_parent() -> Callable[[], None] | None:
    """To be called in a new child: it is told to stop when its parent dies without doing so. Linux only."""
    if sys.platform != "linux":
        return None
    set_option, parent_death_signal, parent = ctypes.CDLL(None).prctl, 1, os.getpid()

    def ask() -> None:
        # The parent's handler would be forgotten when the child becomes the command, and with it the signal.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        set_option(parent_death_signal, signal.SIGTERM)
        # It may have died before this was set.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


def wait(children: Mapping[str, subprocess.Popen[bytes]], signals: SimpleQueue[int]) -> int:
    while signals.get() == signal.SIGCHLD:
        for name, child in children.items():
            if child.poll() is not None:
                print(f"callmon: the {name} ended ({ending(child)}), stopping", file=sys.stderr, flush=True)
                return 1
    return 0


def ending(child: subprocess.Popen[bytes]) -> str:
    if child.returncode < 0:
        return signal.Signals(-child.returncode).name
    return f"exit code {child.returncode}"


def stop(children: Collection[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, and kill with its descendants whatever has not ended after GRACE_SECONDS."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
