"""Fill the log with calls that look real."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand
from django.utils import timezone

from calls.choices import RecordingState
from calls.ingest.demo.attempt import DemoCall
from calls.ingest.demo.maker import demo_calls
from calls.ingest.demo.recorded import CHANNELS, CONTENT_TYPE, Recorded
from calls.ingest.store import Arrived, Ledger
from calls.models import Call, Recording
from calls.planner import refresh_statistics
from calls.transactions import in_transaction

BATCH = 250  # calls written together
BAR_WIDTH = 40


class Command(BaseCommand):
    help = "Writes invented calls that look real, the same for the same seed; those that are there stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--calls", type=at_least(0), required=True, help="How many calls.")
        parser.add_argument("--seed", type=int, default=1, help="Another seed gives other calls (default: 1).")
        parser.add_argument("--days", type=at_least(1), default=60, help="How far back they go (default: 60).")

    def handle(self, *, calls: int, seed: int, days: int, **options: Any) -> None:
        made = done = 0
        for batch in batches(demo_calls(calls, seed, days, timezone.now())):
            made += in_transaction(partial(write, batch))
            done += len(batch)
            self.show_progress(done, calls)
        refresh_statistics()
        known = f", {calls - made:,} were there already" if made < calls else ""
        self.stdout.write(f"Made {made:,} demo calls{known}.")

    def show_progress(self, done: int, calls: int) -> None:
        """A bar, for people only; it is gone when all is done."""
        if self.stderr.isatty():
            bar = "#" * (BAR_WIDTH * done // calls)
            text = f"\r[{bar:<{BAR_WIDTH}}] {done:,} of {calls:,} calls" if done < calls else "\r\033[K"
            self.stderr.write(text, ending="")
            self.stderr.flush()


def at_least(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise ArgumentTypeError(f"takes a whole number from {least}, not {text!r}")
        return int(text)

    return parse


def batches(calls: Iterator[DemoCall]) -> Iterator[list[DemoCall]]:
    while batch := list(islice(calls, BATCH)):
        yield batch


def write(batch: list[DemoCall]) -> int:
    """How many of the calls were not there yet; only these are written."""
    ids = [one.normalised.external_id for one in batch]
    known = set(Call.objects.filter(external_id__in=ids).values_list("source", "external_id"))
    new = [one for one in batch if (one.normalised.source, one.normalised.external_id) not in known]
    ledger, received_at = Ledger(), timezone.now()
    ledger.expect([one.normalised for one in new])
    stored = [(ledger.store(Arrived(one.normalised, received_at)).call, one.recorded) for one in new]
    ledger.write()
    for call, recorded in stored:
        if recorded:
            keep(call, recorded)
    return len(new)


def keep(call: Call, recorded: Recorded) -> None:
    """Put the sound where fetched recordings are."""
    row = Recording.objects.get(call=call)
    with recorded.audio.open("rb") as sound:
        row.file.save(f"{call.uuid}{recorded.audio.suffix}", File(sound), save=False)
    row.state, row.content_type, row.channels = RecordingState.READY, CONTENT_TYPE, CHANNELS
    row.size_bytes, row.duration_ms = recorded.audio.stat().st_size, recorded.audio_ms
    row.save()
