"""Take the daily totals anew."""

from __future__ import annotations

import sys
import time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.models import DayTotal, SealedDay
from analytics.sealing import due, seal

BAR = 40
# How often a day is tried that a writer is busy with.
TRIES = 50


class Command(BaseCommand):
    help = "Forgets the daily totals behind the metrics, and takes those of all days that are over. Safe at any time."

    def handle(self, **options: Any) -> None:
        zone = ZoneInfo(settings.TIME_ZONE)
        SealedDay.objects.all().delete()
        DayTotal.objects.all().delete()
        days = list(due(zone, timezone.now()))
        began, left_out = time.monotonic(), 0
        for place, day in enumerate(days, 1):
            left_out += not any(seal(day, zone) for _ in range(TRIES))
            self.show_progress(place, len(days))
        self.stderr.write("") if self.stderr.isatty() else None
        self.stdout.write(f"sealed={len(days) - left_out} left_out={left_out} seconds={time.monotonic() - began:.1f}")
        if left_out:
            sys.exit(1)

    def show_progress(self, done: int, days: int) -> None:
        if self.stderr.isatty():
            filled = BAR * done // days
            self.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {days:,} days", ending="")
            self.stderr.flush()
