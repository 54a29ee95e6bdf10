"""Daily totals of sealed days. A seal says that no call of its day was written since the totals were taken."""

from __future__ import annotations

from django.db import models


class SealedDay(models.Model):
    """The day by its number (see calls.clock.day_number) and its span in seconds since 1970, half-open, as the zone
    had it when it was sealed, with the first and the last id of its calls, None where it has none. A trigger deletes
    the row with every write to a call of the span."""

    number = models.BigIntegerField(primary_key=True)
    start_epoch = models.BigIntegerField()
    end_epoch = models.BigIntegerField()
    first_id = models.BigIntegerField(null=True)
    last_id = models.BigIntegerField(null=True)

    class Meta:
        # What the triggers look for.
        indexes = [models.Index(fields=["start_epoch", "end_epoch"], name="sealedday_span")]

    def __str__(self) -> str:
        return f"sealed day {self.number}"


class DayTotal(models.Model):
    """What the calls of one day and status add up to, in one grain (see analytics.grains): the columns that a grain
    does not divide by are null in it. Without a seal of its day a row means nothing."""

    number = models.BigIntegerField()
    grain = models.PositiveSmallIntegerField()
    assistant = models.BigIntegerField(null=True)
    campaign = models.BigIntegerField(null=True)
    direction = models.CharField(max_length=10, null=True)  # noqa: DJ001 - "" is a direction that is not known
    status = models.CharField(max_length=20)
    calls = models.BigIntegerField()
    talking = models.BigIntegerField()
    talk_ms = models.BigIntegerField()
    priced = models.BigIntegerField()
    cost_units = models.BigIntegerField()

    class Meta:
        indexes = [
            # A question is answered from the index alone, in the order of the days.
            models.Index(
                fields=[
                    *("grain", "assistant", "campaign", "direction", "number", "status"),
                    *("calls", "talking", "talk_ms", "priced", "cost_units"),
                ],
                name="daytotal_question",
            ),
            # What a seal replaces.
            models.Index(fields=["number"], name="daytotal_day"),
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls of day {self.number}"
