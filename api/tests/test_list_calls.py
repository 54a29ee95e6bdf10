"""GET /api/v1/calls."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from api.parameters import DESCRIPTIONS
from api.schemas import ListedCall
from api.tests.programs import Program, errors_of
from calls.filters import CallForm
from calls.models import CallTag, Tag
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign, make_user
from exports.columns import FLAT

pytestmark = pytest.mark.django_db


def ids(response):
    return [call["external_id"] for call in response.json()["calls"]]


def test_it_lists_calls_newest_first_with_the_columns_of_an_export(program):
    assistant, campaign = make_assistant("Support"), make_campaign("Spring")
    make_call(external_id="old", started_at=NOON - timedelta(days=1))
    call = make_call(external_id="new", assistant=assistant, campaign=campaign, duration_ms=48_250)
    CallTag.objects.create(call=call, tag=Tag.named("vip"))
    response = program.get()
    assert ids(response) == ["new", "old"]
    first = response.json()["calls"][0]
    assert list(first) == [*(column.name for column in FLAT), "assistant_id", "campaign_id", "url"]
    assert (first["id"], first["started_at"]) == (str(call.uuid), "2026-11-20T12:00:00+00:00")
    assert (first["duration_seconds"], first["cost"], first["tags"]) == (48.25, "1.2500", "vip")
    assert (first["assistant"], first["assistant_id"]) == ("Support", assistant.pk)
    assert (first["campaign"], first["campaign_id"]) == ("Spring", campaign.pk)
    assert first["url"] == f"http://127.0.0.1:8000/calls/{call.uuid}/"


def test_the_document_describes_what_is_listed(program):
    make_call()
    assert list(program.get().json()["calls"][0]) == list(ListedCall.model_fields)
    ListedCall.model_validate(program.get().json()["calls"][0])


def test_the_document_has_every_parameter_of_the_log():
    assert list(DESCRIPTIONS) == list(CallForm.declared)


def test_it_takes_the_filters_of_the_log(program):
    make_call(external_id="a", status="busy")
    make_call(external_id="b", status="failed")
    make_call(external_id="c")
    assert sorted(ids(program.get("?status=busy&status=failed"))) == ["a", "b"]
    assert ids(program.get("?q=anything")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", ""),
        ("status=finished", "status"),
        ("from=2026-13-45", "from"),
        ("assistant=999999", "assistant"),
        ("size=1000", "size"),
        ("after=nonsense", "after"),
        ("status=%00", "status"),
    ],
)
def test_an_unknown_parameter_or_an_invalid_value_is_a_problem(program, query, field):
    make_call()
    response = program.get(f"?{query}")
    assert response.status_code == 400
    assert [one[0] for one in errors_of(response)] == [field]


@pytest.mark.parametrize("sort", ["-started_at", "duration", "-cost", "status", "assistant"])
def test_pages_follow_each_other_without_gap_or_repetition(program, sort):
    for number in range(60):
        make_call(
            external_id=f"c-{number}",
            started_at=NOON - timedelta(minutes=number % 7),
            duration_ms=number % 5 * 1000 or None,
            cost=number % 3 or None,
        )
    found, response = [], program.get(f"?{urlencode({'sort': sort, 'size': 25})}")
    found += ids(response)
    while next_page := response.json()["next"]:
        response = program.get(address=next_page.removeprefix("http://127.0.0.1:8000"))
        found += ids(response)
    assert sorted(found) == sorted(f"c-{number}" for number in range(60))
    back = program.get(address=response.json()["previous"].removeprefix("http://127.0.0.1:8000"))
    assert ids(back) == found[25:50]


def test_it_counts_what_is_selected_up_to_a_cap(program, monkeypatch):
    make_call()
    make_call()
    assert program.get().json()["total"] == 2
    monkeypatch.setattr("calls.paging.COUNT_CAP", 1)
    monkeypatch.setattr("api.endpoints.COUNT_CAP", 1)
    assert program.get().json()["total"] is None


def test_it_lists_only_what_the_user_of_the_token_sees(client):
    viewer = make_user()
    make_call(external_id="theirs", assistant=make_assistant(viewers=(viewer,)))
    make_call(external_id="other", assistant=make_assistant())
    assert ids(Program(client, viewer).get()) == ["theirs"]
    assert ids(Program(client, make_user()).get()) == []


@pytest.mark.parametrize("number", [5, 50])
def test_a_page_takes_the_same_queries_whatever_its_length(program, django_assert_max_num_queries, number):
    for _ in range(number):
        make_call(assistant=make_assistant(), campaign=make_campaign(), recorded=True)
    with django_assert_max_num_queries(9):
        program.get()
