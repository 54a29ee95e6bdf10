"""/sources/assistants/ and /sources/campaigns/: names are corrected and merged."""

import re
from html import unescape

import pytest

from calls.ingest.normalised import Named
from calls.ingest.store import catch_up
from calls.ingest.tests.says import said, store_at
from calls.models import Assistant, Call, Campaign
from calls.tests.factory import make_assistant, make_call, make_campaign, make_user

pytestmark = pytest.mark.django_db
ASSISTANTS, CAMPAIGNS = "/sources/assistants/", "/sources/campaigns/"


@pytest.fixture
def keeper(client):
    client.force_login(make_user(is_superuser=True))
    return client


def words_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def names(response):
    return [one.name for one in response.context["page"]]


def test_it_lists_names_and_finds_by_a_part_of_them(keeper):
    make_assistant("Support"), make_assistant("Sales")
    make_campaign("Spring")
    assert names(keeper.get(ASSISTANTS)) == ["Sales", "Support"]
    assert names(keeper.get(f"{ASSISTANTS}?find=upp")) == ["Support"]
    assert names(keeper.get(CAMPAIGNS)) == ["Spring"]
    assert "No assistants match" in words_of(keeper.get(f"{ASSISTANTS}?find=%00"))


def test_a_name_is_corrected_also_in_its_calls(keeper):
    assistant = make_assistant("Suport")
    make_call(assistant=assistant)
    keeper.post(f"{ASSISTANTS}{assistant.pk}/rename/", {"name": "Support"})
    assert Assistant.objects.get().name == "Support"
    assert Call.objects.get().assistant_name == "Support"


@pytest.mark.parametrize("name", ["", "x" * 201, "a\0b"])
def test_a_name_that_cannot_be_is_refused(keeper, name):
    assistant = make_assistant("Support")
    assert keeper.post(f"{ASSISTANTS}{assistant.pk}/rename/", {"name": name}).status_code == 422
    assert Assistant.objects.get().name == "Support"


def test_merging_asks_first_and_says_how_many_calls_move(keeper):
    old, new = make_assistant("Old"), make_assistant("New")
    make_call(assistant=old)
    page = f"{ASSISTANTS}{old.pk}/"
    assert f"?into={new.pk}" in keeper.get(f"{page}?find=new").content.decode()
    words = words_of(keeper.get(f"{page}?into={new.pk}"))
    assert "Merge “Old” into “New”? 1 call will belong to" in words
    assert Call.objects.get().assistant == old


def test_merging_moves_the_calls(keeper, django_capture_on_commit_callbacks):
    old, new = make_assistant("Old"), make_assistant("New")
    make_call(assistant=old), make_call(assistant=new)
    with django_capture_on_commit_callbacks(execute=True):
        response = keeper.post(f"{ASSISTANTS}{old.pk}/merge/", {"into": new.pk})
    assert response["Location"] == f"{ASSISTANTS}{new.pk}/"
    assert set(Call.objects.values_list("assistant", "assistant_name")) == {(new.pk, "New")}
    assert "with what was “Old”" in words_of(keeper.get(f"{ASSISTANTS}{new.pk}/"))
    assert keeper.get(f"{ASSISTANTS}{old.pk}/").status_code == 404
    assert "Old" not in keeper.get("/calls/").content.decode()


def test_campaigns_are_merged_too(keeper):
    old, new = make_campaign("Old"), make_campaign("New")
    make_call(campaign=old)
    keeper.post(f"{CAMPAIGNS}{old.pk}/merge/", {"into": new.pk})
    assert Call.objects.get().campaign == new


def test_what_the_platform_sends_later_goes_to_the_one_that_is_left(keeper):
    store_at(0, said(0, assistant=Named("a-1", "Old"), campaign=Named("k-1", "Old")))
    new, campaign = make_assistant("New"), make_campaign("New")
    keeper.post(f"{ASSISTANTS}{Assistant.objects.get(name='Old').pk}/merge/", {"into": new.pk})
    keeper.post(f"{CAMPAIGNS}{Campaign.objects.get(name='Old').pk}/merge/", {"into": campaign.pk})
    store_at(1, said(1, assistant=Named("a-1", "Older"), campaign=Named("k-1")))
    call = Call.objects.get()
    assert (call.assistant, call.assistant_name, call.campaign) == (new, "New", campaign)


def test_a_call_that_was_being_written_meanwhile_follows(keeper):
    old, new = make_assistant("Old"), make_assistant("New")
    campaign, other = make_campaign("Old"), make_campaign("New")
    keeper.post(f"{ASSISTANTS}{old.pk}/merge/", {"into": new.pk})
    keeper.post(f"{CAMPAIGNS}{campaign.pk}/merge/", {"into": other.pk})
    late = make_call(assistant=old, campaign=campaign)
    catch_up([late.pk])
    late.refresh_from_db()
    assert (late.assistant, late.assistant_name, late.campaign) == (new, "New", other)


def test_merging_follows_what_was_merged_before(keeper):
    store_at(0, said(0, assistant=Named("a-1", "First")))
    second, third = make_assistant("Second"), make_assistant("Third")
    keeper.post(f"{ASSISTANTS}{Assistant.objects.get(name='First').pk}/merge/", {"into": second.pk})
    keeper.post(f"{ASSISTANTS}{second.pk}/merge/", {"into": third.pk})
    store_at(1, said(1, assistant=Named("a-1")))
    assert Call.objects.get().assistant == third


def test_the_viewers_of_both_see_the_calls_of_both(keeper):
    viewer = make_user()
    old, new = make_assistant("Old", viewers=(viewer,)), make_assistant("New")
    make_call(assistant=old)
    keeper.post(f"{ASSISTANTS}{old.pk}/merge/", {"into": new.pk})
    assert Call.objects.visible_to(viewer).exists()


@pytest.mark.parametrize("into", ["", "x", "0", "999999", "self", "campaign"])
def test_it_merges_into_another_of_its_kind_only(keeper, into):
    assistant = make_assistant("Old")
    into = {"self": assistant.pk, "campaign": make_campaign("Other", pk=12345).pk}.get(into, into)
    assert keeper.post(f"{ASSISTANTS}{assistant.pk}/merge/", {"into": into}).status_code == 404


def test_it_merges_into_none_that_is_merged_itself(keeper):
    first, second, third = make_assistant("A"), make_assistant("B"), make_assistant("C")
    keeper.post(f"{ASSISTANTS}{first.pk}/merge/", {"into": second.pk})
    assert keeper.post(f"{ASSISTANTS}{third.pk}/merge/", {"into": first.pk}).status_code == 404


def test_who_may_not_keep_sources_changes_no_names(client):
    client.force_login(make_user(sees_all=True))
    assistant = make_assistant("Support")
    assert client.get(ASSISTANTS).status_code == 404
    assert client.post(f"{ASSISTANTS}{assistant.pk}/rename/", {"name": "X"}).status_code == 404
