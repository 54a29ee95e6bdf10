"""What an export wrote, read again."""

import pytest

from calls.ingest.normalised import Named
from calls.ingest.tests.payloads import parsed, rejection
from calls.ingest.tests.test_providers_callmon import CALL, EXPECTED, cells


def exported(**changes):
    """A call of an export in a JSON format."""
    row = {
        "id": "0f0f8f7e-4a39-4b3e-9a53-3f8f5a1f6f10",
        "source": "vapi",
        "external_id": "v-1",
        "started_at": "2026-11-20T14:03:11.250000+00:00",
        "answered_at": "2026-11-20T14:03:14+00:00",
        "ended_at": "2026-11-20T14:04:02+00:00",
        "direction": "inbound",
        "phone_number": "+12025550123",
        "from_number": "+12025550123",
        "to_number": "+12025550100",
        "assistant": "Support line",
        "campaign": "Spring renewals",
        "status": "completed",
        "ended_reason": "customer-ended-call",
        "ended_by": "caller",
        "duration_seconds": 48.0,
        "cost": "1.2500",
        "recording": "ready",
        "tags": "",
        **{name: CALL[name] for name in ("variables", "cost_items", "response_times", "transcript", "metadata")},
    }
    return {**row, **changes}


def test_it_reads_an_exported_call_named_by_source_and_external_id():
    call = parsed(exported())
    assert (call.source, call.external_id) == ("vapi", "v-1")
    assert (call.assistant, call.campaign) == (Named("", "Support line"), Named("", "Spring renewals"))
    names = (
        "status ended_reason ended_by direction from_number to_number started_at answered_at ended_at duration_ms cost "
        "cost_items transcript variables response_times metadata"
    )
    for name in names.split():
        assert getattr(call, name) == getattr(EXPECTED, name), name
    assert call.recording is None


def test_it_reads_the_same_from_a_csv_export():
    assert parsed(cells(exported())) == parsed(exported())


def test_what_an_export_has_beyond_our_fields_becomes_metadata():
    call = parsed(exported(rating="5"))
    assert call.metadata == {"queue": "east", "rating": "5"}


def test_tags_come_along():
    assert parsed(exported(tags="vip, late")).tags == ("vip", "late")
    assert parsed(exported(tags="")).tags == ()
    assert parsed(exported(tags='a b, "late, ""very""", 5" screen')).tags == ("a b", 'late, "very"', '5" screen')
    assert rejection(exported(tags="vip, " + "x" * 51)).startswith("tags: takes tags of at most 50 characters")


def test_an_export_without_the_nested_columns_says_nothing_of_them():
    row = exported()
    for name in ("variables", "cost_items", "response_times", "transcript", "metadata"):
        del row[name]
    call = parsed(row)
    assert (call.variables, call.cost_items, call.response_times, call.transcript) == ({}, (), (), ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"external_id": ""}, "external_id: is missing; takes text"),
        ({"source": None}, "source: is missing; takes text"),
        ({"status": "Done"}, "status: takes one of initiated"),
    ],
)
def test_it_says_what_is_wrong_with_an_export(changes, reason):
    assert rejection(exported(**changes)).startswith(reason)
