"""Assistants and campaigns: who is meant, and what they are called."""

from dataclasses import replace

import pytest

from calls.ingest.normalised import Named
from calls.ingest.tests.says import native, said, store_at
from calls.models import Assistant, Call, Campaign

pytestmark = pytest.mark.django_db


def name_at(seconds, external_id, name, call="c-1"):
    """A delivery of a call that names its assistant."""
    return store_at(seconds, replace(said(seconds, assistant=Named(external_id, name)), external_id=call)).call


def test_the_same_id_is_the_same_assistant():
    name_at(0, "a-1", "Support line", call="c-1")
    name_at(1, "a-1", None, call="c-2")
    assert Assistant.objects.get().calls.count() == 2


def test_the_same_id_on_another_platform_is_another_assistant():
    store_at(0, said(assistant=Named("a-1", "Support line")))
    store_at(0, native(assistant=Named("a-1", "Support line")))
    assert set(Assistant.objects.values_list("source", flat=True)) == {"vapi", "my-dialler"}


def test_an_assistant_without_a_name_is_called_by_its_id():
    assert name_at(0, "a-1", None).assistant_name == "a-1"


def test_a_name_that_comes_later_goes_to_all_its_calls():
    name_at(0, "a-1", None, call="c-1")
    name_at(1, "a-1", "Support line", call="c-2")
    assert set(Call.objects.values_list("assistant_name", "assistant__name")) == {("Support line", "Support line")}


def test_an_older_name_that_comes_late_changes_nothing():
    name_at(9, "a-1", "New name", call="c-1")
    name_at(1, "a-1", "Old name", call="c-2")
    assert set(Call.objects.values_list("assistant_name", flat=True)) == {"New name"}


def test_of_two_names_of_one_moment_the_one_later_in_the_platforms_order_counts():
    names = [said(0, sequence=0, assistant=Named("a-1", "Bob")), said(0, sequence=1, assistant=Named("a-1", "Ann"))]
    for delivery in names:
        store_at(0, delivery)
    assert Call.objects.get().assistant_name == "Ann"


def test_a_name_given_here_stays_until_the_platform_changes_its_own():
    name_at(0, "a-1", "support-v2")
    Assistant.objects.get().rename("Support line")
    assert name_at(1, "a-1", "support-v2", call="c-2").assistant_name == "Support line"
    assert name_at(2, "a-1", "support-v3", call="c-3").assistant_name == "support-v3"


def test_a_name_alone_is_its_own_id():
    store_at(0, native(assistant=Named("", "Support line")))
    assert Assistant.objects.values_list("external_id", "name").get() == ("Support line", "Support line")


def test_a_name_alone_finds_the_assistant_of_that_name():
    store_at(0, native(assistant=Named("a-1", "Support line")))
    other = store_at(1, replace(native(assistant=Named("", "Support line")), external_id="c-2"))
    assert other.call.assistant.external_id == "a-1"


def test_a_name_alone_does_not_take_the_place_of_an_id():
    store_at(0, native(assistant=Named("a-1", "Support line")))
    store_at(1, native(assistant=Named("", "Sales")))
    assert Call.objects.get().assistant_name == "Support line"


def test_a_call_moves_to_the_assistant_that_a_newer_delivery_names():
    name_at(0, "a-1", "Support line")
    assert name_at(1, "a-2", "Sales").assistant_name == "Sales"


def test_a_campaign_is_found_and_renamed_too():
    store_at(0, said(0, campaign=Named("k-1", "Spring")))
    store_at(1, said(1, campaign=Named("k-1", "Spring renewals")))
    assert Campaign.objects.get().name == Call.objects.get().campaign.name == "Spring renewals"
