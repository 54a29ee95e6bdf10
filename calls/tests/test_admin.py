"""What an administrator sees and may correct."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from calls.admin import MOST_COUNTED, CappedPaginator
from calls.models import Call
from calls.tests.factory import make_assistant, make_call, make_campaign, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.mark.parametrize("model", ["assistant", "campaign", "call"])
def test_every_list_and_row_opens(admin, model):
    call = make_call(assistant=make_assistant(), campaign=make_campaign())
    row = call if model == "call" else getattr(call, model)
    assert admin.get(reverse(f"admin:calls_{model}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:calls_{model}_change", args=[row.pk])).status_code == 200


def test_a_new_name_goes_to_the_calls(admin):
    call, viewer = make_call(assistant=make_assistant("Old")), make_user()
    address = reverse("admin:calls_assistant_change", args=[call.assistant_id])
    admin.post(address, {"name": "New", "viewers": [viewer.pk]})
    call.refresh_from_db()
    assert call.assistant_name == "New"
    assert list(call.assistant.viewers.all()) == [viewer]


def test_calls_are_not_changed_by_hand(admin):
    call = make_call()
    assert admin.post(reverse("admin:calls_call_change", args=[call.pk]), {"status": "failed"}).status_code == 403
    assert admin.post(reverse("admin:calls_call_delete", args=[call.pk]), {"post": "yes"}).status_code == 403


def test_counting_stops():
    paginator = CappedPaginator(Call.objects.order_by("pk"), 100)
    assert f"LIMIT {MOST_COUNTED}" in str(paginator.object_list[:MOST_COUNTED].query)
    assert paginator.count == 0
