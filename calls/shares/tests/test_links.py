"""/calls/<uuid>/share/: making links and taking them back."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from calls.shares.models import Part, ShareLink
from calls.shares.tests.factory import make_link, make_shareable_call
from calls.tests.factory import NOON, make_assistant, make_call, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

VALID = {"shows_audio": "on", "lasts": "7d"}


@pytest.fixture
def sharer(client):
    client.user = make_user("anna", sees_all=True)
    client.force_login(client.user)
    return client


def address(call):
    return f"/calls/{call.uuid}/share/"


def words_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def share(client, call=None, **data):
    return client.post(address(call or make_call()), VALID | data)


def test_it_makes_a_link_and_tells_it_once(sharer, client):
    call = make_shareable_call()
    response = share(sharer, call, shows_transcript="on", note="For the bakery")
    assert response.status_code == 201
    path = re.search(r'value="http://127.0.0.1:8000(/share/[\w-]{43}/)"', response.content.decode())[1]
    link = ShareLink.objects.get()
    assert (link.call, link.created_by, link.created_at, link.note) == (call, sharer.user, NOON, "For the bakery")
    assert link.shown() == ["audio", "transcript"]
    assert path not in sharer.get(address(call)).content.decode()
    assert path not in str(dict(sharer.session))
    client.logout()
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("lasts", "duration"),
    [
        ("1h", timedelta(hours=1)),
        ("1d", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("30d", timedelta(days=30)),
        ("90d", timedelta(days=90)),
    ],
)
def test_a_link_ends_when_its_maker_chose(sharer, lasts, duration):
    share(sharer, lasts=lasts)
    assert ShareLink.objects.get().expires_at == NOON + duration


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"lasts": "91d"}, "Select a valid choice"),
        ({"lasts": ""}, "This field is required"),
        ({"shows_audio": ""}, "Choose at least one part"),
        ({"note": "x" * 201}, "at most 200 characters"),
        ({"password": "short"}, "at least 8 characters"),
    ],
)
def test_it_says_what_is_wrong_beside_the_field(sharer, data, message):
    response = share(sharer, **data)
    assert response.status_code == 422
    assert message in words_of(response)
    assert not ShareLink.objects.exists()


def test_it_lists_the_links_with_their_views(sharer, client, clock):
    link, path = make_link(make_shareable_call(), note="<b>note</b>", password="correct horse", user=sharer.user)
    for part in (Part.PAGE, Part.PAGE, Part.RECORDING):
        link.views.create(
            part=part, at=NOON + timedelta(hours=1), client="Firefox on Windows", network="203.0.113.0/24"
        )
    words = words_of(sharer.get(address(link.call)))
    assert "Works until 21 Nov 2026, 12:00:00" in words
    assert "Shows audio, transcript, variables, with a password" in words
    assert "2 views, 1 play, last 20 Nov 2026, 13:00:00" in words
    assert "Firefox on Windows, 203.0.113.0/24" in words
    assert "<b>note</b>" in words
    assert "by anna" in words


def test_it_says_which_links_no_longer_work(sharer, clock):
    call = make_call()
    make_link(call, lasts=timedelta(hours=1))
    make_link(call, revoked_at=NOON, revoked_by=sharer.user)
    make_link(call, user=make_user())
    clock.shift(timedelta(hours=2))
    words = words_of(sharer.get(address(call)))
    assert "Ended 20 Nov 2026, 13:00:00" in words
    assert "Revoked 20 Nov 2026, 12:00:00 by anna" in words
    assert "whoever made it may no longer share this call" in words


def test_the_list_asks_as_often_for_many_links_as_for_few(sharer, django_assert_max_num_queries):
    call = make_call()
    for _ in range(30):
        link = make_link(call, user=sharer.user)[0]
        link.views.create(part=Part.PAGE, at=NOON, client="Firefox")
    with django_assert_max_num_queries(9):
        sharer.get(address(call))


def test_revoking_a_link_keeps_who_did_it_and_its_views(sharer, client):
    link, path = make_link(user=make_user(sees_all=True))
    client.get(path)
    response = sharer.post(f"{address(link.call)}{link.pk}/revoke/")
    assert response["Location"] == address(link.call)
    link.refresh_from_db()
    assert (link.revoked_at, link.revoked_by, link.views.count()) == (NOON, sharer.user, 1)
    assert client.get(path).status_code == 404


def test_revoking_twice_keeps_the_first_time(sharer, clock):
    link, _ = make_link()
    sharer.post(f"{address(link.call)}{link.pk}/revoke/")
    clock.shift(timedelta(hours=1))
    sharer.post(f"{address(link.call)}{link.pk}/revoke/")
    link.refresh_from_db()
    assert link.revoked_at == NOON


def test_revoking_takes_a_form_of_the_same_call(sharer):
    link, _ = make_link()
    assert sharer.get(f"{address(link.call)}{link.pk}/revoke/").status_code == 405
    assert sharer.post(f"{address(make_call())}{link.pk}/revoke/").status_code == 404


def test_who_makes_and_revokes_links_is_logged_without_the_token(sharer, caplog):
    caplog.set_level("INFO")
    call = make_call()
    token = re.search(r"/share/([\w-]{43})/", share(sharer, call).content.decode())[1]
    link = ShareLink.objects.get()
    sharer.post(f"{address(call)}{link.pk}/revoke/")
    messages = [record.getMessage() for record in caplog.records if record.name == "calls.shares.views"]
    assert [message.split(" link")[0] for message in messages] == ["anna made", "anna revoked"]
    assert token not in caplog.text


# Who may


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(address(make_call()))["Location"].startswith("/accounts/login/")


def test_whoever_does_not_see_the_call_finds_nothing(client):
    client.force_login(make_user())
    link, _ = make_link()
    assert client.get(address(link.call)).status_code == 404
    assert client.post(address(link.call), VALID).status_code == 404
    assert client.post(f"{address(link.call)}{link.pk}/revoke/").status_code == 404
    assert ShareLink.objects.filter(revoked_at=None).count() == 1


def test_a_viewer_of_the_assistant_needs_the_permission(client):
    viewer = make_user()
    call = make_call(assistant=make_assistant(viewers=(viewer,)))
    client.force_login(viewer)
    assert client.post(address(call), VALID).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="add_sharelink"))
    assert client.post(address(call), VALID).status_code == 201


def test_an_administrator_reads_links_and_views(client):
    client.force_login(User.objects.create_superuser("boss"))
    link, path = make_link()
    client.get(path)
    for model, row in (("sharelink", link), ("shareview", link.views.get())):
        assert client.get(reverse(f"admin:shares_{model}_changelist")).status_code == 200
        page = client.get(reverse(f"admin:shares_{model}_change", args=[row.pk])).content.decode()
        assert link.token_hash not in page


# The way back


def test_the_page_leads_back_to_the_call_in_its_list(sharer):
    call = make_call()
    page = sharer.get(call.get_absolute_url(), {"list": "status=busy"}).content.decode()
    path = unescape(re.search(r'href="([^"]+/share/[^"]*)"', page)[1])
    assert path == f"{address(call)}?list=status%3Dbusy"
    back = f'href="{call.get_absolute_url()}?list=status%3Dbusy"'
    assert back in sharer.get(path).content.decode()
    assert back in sharer.post(path, VALID).content.decode()
    form = unescape(re.search(r'action="([^"]+/revoke/[^"]*)"', sharer.get(path).content.decode())[1])
    assert sharer.post(form)["Location"] == path
