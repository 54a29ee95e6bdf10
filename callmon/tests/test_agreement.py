"""One query string means the same calls everywhere: total of the metrics = sum of the bars = rows of the list = lines
of the export, in any zone, over days of 23, 25 and no hours and 29 February."""

import re
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import QueryDict

from analytics.buckets import offered
from analytics.metrics import metrics_of, trend_of
from analytics.models import SealedDay
from analytics.sealing import seal_due
from calls.days import day_start
from calls.filters import CallFilter
from calls.models import Call, CapturedVariable, Transcript
from calls.tests.factory import make_assistant, make_campaign, make_user
from exports.files import Progress, write_file
from exports.formats import FORMATS
from exports.table import Choice

pytestmark = pytest.mark.django_db(transaction=True)

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia")
TODAY = date(2028, 3, 2)
DAYS = (
    *(date(2028, 3, 2), date(2028, 3, 1), date(2028, 2, 29), date(2028, 2, 28), date(2028, 2, 1), date(2028, 1, 1)),
    *(date(2027, 3, 28), date(2027, 10, 31)),  # Berlin: 23 and 25 hours
    *(date(2027, 3, 14), date(2027, 11, 7)),  # St. John's: 23 and 25 hours
    *(date(2006, 10, 29), date(2011, 12, 30)),  # St. John's back over midnight, Apia not at all
)
# Seconds from the start of the day; the first lies in the day before.
MOMENTS = (Decimal("-0.000001"), Decimal(0), *(Decimal(hour * 3600 + 59) for hour in (1, 2, 7, 22, 23, 24)))

QUERIES = (
    *("", "period=all", "period=today", "period=7d", "period=30d", "period=90d", "period=365d"),
    *("from=2028-02-29&to=2028-02-29", "from=2028-02-28&to=2028-03-01", "period=custom&from=2028-02-29"),
    *("from=2027-03-28&to=2027-03-28", "from=2027-10-31&to=2027-10-31", "from=2027-03-14&to=2027-03-14"),
    *("from=2027-11-07&to=2027-11-07", "to=2027-10-31", "from=2011-12-30&to=2011-12-30", "to=2011-12-31"),
    *("from=2006-10-28&to=2006-10-30", "from=2030-01-01", "status=completed&period=90d", "status=busy&status=failed"),
    *("assistant={a}", "assistant={a}&assistant={b}&period=365d", "assistant=none&direction=inbound", "campaign={c}"),
    *("campaign=none&period=30d", "campaign={c}&direction=outbound&period=365d", "assistant={a}&campaign={c}"),
    *(
        "direction=none",
        "direction=web&period=365d",
        "phone=%2B4930&period=365d",
        "q=wizard&period=365d",
        "variable=plan:gold&period=365d",
    ),
    *("min_duration=1&max_duration=60", "min_cost=1&period=90d", "recorded=true", "talked=false&country=DE"),
    *("hour=0&hour=23&period=365d", "weekday=sunday&weekday=tuesday", "ended_reason=none&period=365d", "status=done"),
)


def test_there_are_forty_queries_and_one_that_is_not_understood():
    assert len(set(QUERIES)) == 41


class World:
    """Calls around the borders of days in one zone, half of the days sealed."""

    def __init__(self, zone):
        self.zone = ZoneInfo(zone)
        self.user = make_user(sees_all=True)
        self.assistants = [make_assistant("A"), make_assistant("B")]
        self.campaign = make_campaign()
        moments = [day_start(day, self.zone) + timedelta(microseconds=int(m * 10**6)) for day in DAYS for m in MOMENTS]
        Call.objects.bulk_create(self.call(place, moment) for place, moment in enumerate(sorted(moments)))
        self.add_parts()
        seal_due(self.zone, self.now, 60)
        SealedDay.objects.filter(number__in=[day.toordinal() - 1 for day in DAYS[::2]]).delete()

    @property
    def now(self):
        return day_start(TODAY, self.zone) + timedelta(hours=12)

    def call(self, place, started_at):
        return Call(
            source="x",
            external_id=f"c-{place}",
            started_at=started_at,
            assistant=[*self.assistants, None][place % 3],
            campaign=[self.campaign, None][place // 3 % 2],
            direction=["inbound", "outbound", "web", ""][place % 4],
            status=["completed", "busy", "failed", "completed", "ringing"][place % 5],
            from_number=["+12025550123", "+4930123456", ""][place // 2 % 3],
            to_number="+4930999999",
            ended_reason=["", "hung up"][place % 2],
            duration_ms=[None, 0, 1, 30_000, 90_000][place % 5],
            cost=[None, Decimal("0.5"), Decimal("1.25")][place % 3],
            recorded=place % 7 == 0,
        )

    def add_parts(self):
        calls = list(Call.objects.order_by("pk"))
        Transcript.objects.bulk_create(Transcript(call=call, words="the wizard said so") for call in calls[::6])
        CapturedVariable.objects.bulk_create(
            CapturedVariable(call=call, name="plan", value="gold", value_text="gold") for call in calls[::4]
        )

    def select(self, query):
        return CallFilter.for_user(QueryDict(query), self.user, self.now)


@pytest.mark.parametrize("zone", ZONES)
def test_metrics_bars_rows_and_lines_agree(zone, settings, client, tmp_path):
    settings.TIME_ZONE = zone
    world = World(zone)
    names = {"a": world.assistants[0].pk, "b": world.assistants[1].pk, "c": world.campaign.pk}
    with time_machine.travel(world.now, tick=False):
        client.force_login(world.user)
        counts = {query: counted(world, query.format(**names), client, tmp_path) for query in QUERIES}
    assert {query: found for query, found in counts.items() if len(set(found.values())) > 1} == {}
    totals = {query: found["metrics"] for query, found in counts.items()}
    assert totals[""] == len(DAYS) * len(MOMENTS)
    assert [query for query, total in totals.items() if not total] == [
        *(["from=2011-12-30&to=2011-12-30"] if zone == "Pacific/Apia" else []),
        "from=2030-01-01",
        "status=done",
    ]


def counted(world, query, client, tmp_path):
    """The number of calls as each reader has it."""
    selection = world.select(query)
    metrics = metrics_of(selection, world.now)
    found = {"metrics": metrics.totals.calls, "rows": rows_of(client, query), "lines": lines_of(selection, tmp_path)}
    for granularity in offered(metrics.days) if metrics.days else []:
        points = trend_of(selection, granularity, world.now).points
        found[f"bars by {granularity}"] = sum(point.totals.calls for point in points)
    bars = [point for point in metrics.trend.points if point.totals.calls]
    for bar in bars[:: len(bars) // 6 + 1]:
        if (calls := world.select(bar.query).qs.count()) != bar.totals.calls:
            found[f"calls behind the bar of {bar.bucket.label}"] = calls
    return found


def rows_of(client, query):
    html = client.get(f"/calls/?{query}&size=200").content.decode()
    return len(re.findall(r'<tr id="call-\d+"', html))


def lines_of(selection, tmp_path):
    """An export refuses what it does not understand, which is as good as no line."""
    if not selection.is_valid():
        return 0
    path = tmp_path / "calls.jsonl"
    write_file(selection, Choice(FORMATS["jsonl"], ("id",)), path, Progress(), 1000)
    return len(path.read_text().splitlines())
