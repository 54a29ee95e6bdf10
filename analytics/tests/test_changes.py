from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics import most_captured
from analytics.changes import DECOMPOSITIONS, contributions, telling
from analytics.explained import changes_of
from analytics.totals import Totals, total
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign

at_leisure = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def totals(completed=0, busy=0, voicemail=0, talk_ms=0, cost_units=0):
    """Voicemails have neither talk time nor cost."""
    statuses = {"completed": completed, "busy": busy, "voicemail": voicemail}
    known = {status: calls for status, calls in statuses.items() if calls}
    counted = completed + busy
    return Totals(known, counted, talk_ms if counted else 0, counted, cost_units if counted else 0)


counts = st.integers(0, 1000)
segments = st.dictionaries(st.sampled_from("abcdefg"), st.builds(totals, counts, counts, counts, counts, counts))


@at_leisure
@given(segments, segments, st.sampled_from(sorted(DECOMPOSITIONS)))
def test_contributions_add_up_to_the_difference_exactly(before, after, measure):
    decomposition = DECOMPOSITIONS[measure]
    first, second = (decomposition.value(total(side.values())) for side in (before, after))
    found = contributions(decomposition, before, after)
    if first is None or second is None:
        assert found == []
    else:
        assert sum((one.amount for one in found), Fraction(0)) == second - first
        assert (
            sum((one.mix for one in found), Fraction(0)) + sum((one.own for one in found), Fraction(0))
            == second - first
        )


def test_a_segment_whose_own_rate_fell_is_told_from_one_that_grew():
    before = {"a": totals(completed=80, busy=20), "b": totals(completed=50, busy=50)}
    after = {"a": totals(completed=80, busy=20), "b": totals(completed=100, busy=100)}
    found = {one.key: one for one in contributions(DECOMPOSITIONS["completed_rate"], before, after)}
    assert [one.own for one in found.values()] == [0, 0]
    assert sum(one.mix for one in found.values()) == Fraction(180, 300) - Fraction(130, 200)
    after = {"a": before["a"], "b": totals(completed=30, busy=70)}
    found = {one.key: one for one in contributions(DECOMPOSITIONS["completed_rate"], before, after)}
    assert (found["b"].mix, found["b"].own) == (0, Fraction(-1, 10))
    assert found["a"].amount == 0


def test_small_samples_are_named_and_come_last():
    before = {"a": totals(completed=29), "b": totals(completed=30), "c": totals(completed=500)}
    after = {"a": totals(busy=30), "b": totals(completed=25, busy=5), "c": totals(completed=500)}
    found = contributions(DECOMPOSITIONS["completed_rate"], before, after)
    assert {one.key: one.is_small for one in found} == {"a": True, "b": False, "c": False}
    assert [one.key for one in telling(found, sum(one.amount for one in found))] == ["b", "a"]


@pytest.fixture
def spring(user):
    """One of two campaigns gets twice as many voicemails as in the week before."""
    assistant, spring, autumn = make_assistant(), make_campaign(), make_campaign("Autumn")
    for days, voicemails in ((7, 10), (0, 20)):
        for index in range(80):
            campaign = spring if index < 40 else autumn
            status = "voicemail" if index < voicemails else "completed"
            variables = {"plan": "gold" if index % 2 else "blue"}
            started_at = NOON - timedelta(days=days, minutes=index)
            make_call(campaign=campaign, assistant=assistant, status=status, started_at=started_at, variables=variables)


@pytest.mark.django_db
def test_what_changed_is_said_in_one_sentence(select, spring):
    found = changes_of(select("period=7d"), "completed_rate")
    assert found.sentence == (
        "Completed rate fell from 87.5 % to 75.0 %: 12.5 of 12.5 points come from campaign Spring renewals, "
        "whose voicemail share doubled."
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"campaign": None}, "calls with no campaign"),
        ({"variables": {}}, "calls that lack plan"),
        ({"variables": {"plan": "none"}}, "plan none"),
    ],
)
def test_calls_that_lack_something_are_told_in_words(select, user, fields, source):
    others = {"assistant": make_assistant(), "campaign": make_campaign(), "variables": {"plan": "gold"}}
    for days, busy in ((7, 0), (0, 30)):
        for index in range(80):
            started_at = NOON - timedelta(days=days, minutes=index % 40)
            if index < 40:
                make_call(status="completed", started_at=started_at, **others)
            else:
                status = "busy" if index - 40 < busy else "completed"
                make_call(status=status, started_at=started_at, **others | fields)
    assert f"points come from {source}, whose" in changes_of(select("period=7d"), "completed_rate").sentence


@pytest.mark.django_db
@pytest.mark.parametrize("measure", sorted(DECOMPOSITIONS))
def test_each_division_of_the_calls_adds_up_and_leads_to_them(select, spring, measure):
    found = changes_of(select("period=7d"), measure)
    assert [division.name for division in found.divisions] == [
        *("assistant", "campaign", "direction", "hour", "ended_reason", "variable:plan")
    ]
    for division in found.divisions:
        assert sum((piece.contribution.amount for piece in division.pieces), Fraction(0)) == found.difference
        for piece in division.pieces:
            assert select(piece.query).qs.count() == piece.contribution.after.calls
            assert select(piece.before_query).qs.count() == piece.contribution.before.calls


@pytest.mark.django_db
def test_a_sample_tells_which_values_are_captured_most_and_all_calls_are_counted(select, spring, monkeypatch):
    monkeypatch.setattr(most_captured, "SAMPLE", 20)
    make_call(variables={"plan": "once", "order": "1"})
    found = {division.name: division for division in changes_of(select("period=7d"), "calls").divisions}
    pieces = {piece.label: piece.contribution for piece in found["variable:plan"].pieces}
    assert sum(one.after.calls for one in pieces.values()) == 81
    assert "once" not in pieces
    assert pieces["other values"].after.calls >= 1


@pytest.mark.django_db
def test_nothing_to_compare_with_is_said(select):
    make_call()
    assert changes_of(select("period=7d"), "completed_rate").sentence == (
        "Completed rate cannot be compared: nothing to measure in the period before."
    )
    assert changes_of(select("period=7d"), "calls").sentence == (
        "Total calls rose from 0 to 1; no part of the calls stands out."
    )
