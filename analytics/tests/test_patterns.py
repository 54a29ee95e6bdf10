from datetime import timedelta

import pytest

from analytics.dimensions import DIMENSIONS
from analytics.patterns import breakdown_of, heat_map_of
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixture(user):
    """Calls that differ in everything, also in what is not known."""
    assistants = [None, make_assistant("A"), make_assistant("B")]
    campaigns = [None, make_campaign("C"), make_campaign("D")]
    for index in range(60):
        make_call(
            assistant=assistants[index % 3],
            campaign=campaigns[index // 3 % 3],
            direction=["", "inbound", "outbound", "web"][index % 4],
            status=["completed", "busy", "voicemail", "ringing"][index // 2 % 4],
            ended_reason=["", "none", "hung up", "error"][index // 5 % 4],
            from_number=["", "+14155550123", "+14165550123", "+4930123456", "+77012345678", "sip:x", "+4"][index % 7],
            to_number="+12025550100",
            duration_ms=[None, 0, 1, 29_999, 30_000, 119_999, 600_000][index % 7],
            started_at=NOON - timedelta(hours=index * 5),
        )


@pytest.mark.parametrize("name", DIMENSIONS)
@pytest.mark.parametrize("query", ["period=30d", "period=7d&status=busy&status=completed&min_duration=0&hour=2&hour=7"])
def test_segments_add_up_and_lead_to_their_calls(select, mixture, name, query):
    selection = select(query)
    breakdown = breakdown_of(selection, name)
    assert breakdown.totals.calls == selection.qs.count()
    assert sum(segment.totals.calls for segment in breakdown.segments) == breakdown.totals.calls
    for segment in breakdown.segments:
        assert select(segment.query).form.errors == {}
        assert select(segment.query).qs.count() == segment.totals.calls, segment.label


def test_a_segment_carries_its_change_against_the_period_before(select):
    for days, status in ((0, "completed"), (1, "completed"), (7, "completed"), (8, "busy")):
        make_call(started_at=NOON - timedelta(days=days), status=status)
    segments = breakdown_of(select("period=7d"), "status").segments
    assert [(one.label, one.totals.calls, one.change, one.share) for one in segments] == [
        ("Completed", 2, 1.0, 1),
        ("Busy", 0, -1.0, 0),
    ]


def test_the_cells_of_the_heat_map_lead_to_their_calls(select, mixture):
    cells = [cell for row in heat_map_of(select("period=30d")) for cell in row]
    assert len(cells) == 7 * 24
    assert sum(cell.totals.calls for cell in cells) == 60
    for cell in cells[:20] + [cell for cell in cells if cell.totals.calls]:
        assert select(cell.query).qs.count() == cell.totals.calls
    noon = next(cell for cell in cells if (cell.weekday, cell.hour) == ("friday", 12))
    assert noon.totals.calls == 1
