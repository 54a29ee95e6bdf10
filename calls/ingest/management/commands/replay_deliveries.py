"""Read kept deliveries again."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet

from calls.ingest.arrivals import Outcome, summary
from calls.ingest.models import Delivery, DeliveryState
from calls.ingest.providers import PROVIDERS
from calls.ingest.replay import replay

BATCH = 100  # deliveries chosen at a time; the others of their calls come with them


class Command(BaseCommand):
    help = "Normalises kept deliveries again, after a mapping was corrected. Exits with 1 when one is rejected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", choices=PROVIDERS, help="Only what this provider sent.")
        parser.add_argument("--failed", action="store_true", help="Only what was rejected before.")

    def handle(self, *, provider: str | None, failed: bool, **options: Any) -> None:
        chosen = Delivery.objects.all()
        if provider:
            chosen = chosen.filter(provider=provider)
        if failed:
            chosen = chosen.filter(state=DeliveryState.REJECTED)
        counts: Counter[Outcome] = Counter()
        for ids in batches(chosen):
            counts.update(arrival.outcome for arrival in replay(ids))
        self.stdout.write(summary(counts))
        if counts[Outcome.REJECTED]:
            sys.exit(1)


def batches(chosen: QuerySet[Delivery]) -> Iterator[list[int]]:
    """The ids of the deliveries, oldest first."""
    last = 0
    while ids := list(chosen.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]
