"""/share/<token>/ and its recording, for people without an account."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from calls.shares.models import Part, ShareLink, ShareView, hash_of
from calls.shares.tests.factory import SOUND, make_link, make_shareable_call
from calls.tests.factory import NOON, make_assistant, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

UNKNOWN = "/share/not-a-link/"


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def status_of(client, address, **headers):
    response = client.get(address, headers=headers)
    if response.streaming:
        list(response.streaming_content)
    return response.status_code


# What it shows


def test_it_shows_the_call_without_signing_in(client):
    html = page_of(client, make_link()[1])
    assert "Call of 20 Nov 2026, 12:00:00" in html
    assert "It is on its way" in html
    assert "order_id" in html
    assert "<audio" in html


def test_it_shows_neither_numbers_nor_cost_nor_what_only_systems_said(client):
    html = page_of(client, make_link(make_shareable_call(cost="7.6543"))[1])
    for hidden in ("555", "7.65", "secret", "order_status", "/calls/", "Sign in"):
        assert hidden not in html


def test_what_was_said_is_text(client):
    assert "&lt;b&gt;My&lt;/b&gt; order" in page_of(client, make_link()[1])


@pytest.mark.parametrize(
    ("part", "trace"), [("audio", "<audio"), ("transcript", "It is on its way"), ("variables", "12345")]
)
def test_it_leaves_out_what_the_link_does_not_show(client, part, trace):
    link, address = make_link(**{f"shows_{part}": False})
    assert trace not in page_of(client, address)
    assert part not in link.shown()


def test_a_link_without_audio_has_no_recording(client):
    address = make_link(shows_audio=False)[1]
    assert status_of(client, f"{address}recording/") == 404


def test_a_call_with_nothing_yet_says_so(client):
    call = make_shareable_call(transcript=None, variables={})
    call.recording.delete()
    html = page_of(client, make_link(call)[1])
    for words in ("no recording to play", "no transcript", "Nothing was captured"):
        assert words in html


def test_the_recording_has_ranges_and_no_number_in_its_name(client):
    address = make_link()[1]
    response = client.get(f"{address}recording/", headers={"Range": "bytes=10-19"})
    assert (response.status_code, b"".join(response.streaming_content)) == (206, SOUND[10:20])
    assert response["Content-Disposition"] == "inline"


def test_a_recording_that_is_not_ready_is_not_found(client):
    link, address = make_link()
    link.call.recording.state = "removed"
    link.call.recording.save()
    assert status_of(client, f"{address}recording/") == 404


@pytest.mark.parametrize("path", ["", "recording/"])
@pytest.mark.parametrize("is_live", [True, False])
def test_nobody_keeps_searches_or_passes_on_what_it_shows(client, path, is_live):
    response = client.get((make_link()[1] if is_live else UNKNOWN) + path)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    if not response.streaming:
        assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()


def test_only_a_hash_of_the_token_is_kept(client):
    link, address = make_link()
    token = address.split("/")[2]
    assert len(token) == 43  # 256 bits
    row = ShareLink.objects.filter(pk=link.pk).values().get()
    assert token not in str(row)
    assert row["token_hash"] == hash_of(token)


def test_it_asks_the_database_few_times(client, django_assert_max_num_queries):
    address = make_link()[1]
    with django_assert_max_num_queries(5):
        client.get(address)


# What it no longer shows


def end(link, clock):
    clock.move_to(NOON + timedelta(days=1))


def revoke(link, clock):
    ShareLink.objects.filter(pk=link.pk).update(revoked_at=NOON)


def delete_call(link, clock):
    link.call.delete()


def delete_maker(link, clock):
    link.created_by.delete()


def switch_maker_off(link, clock):
    type(link.created_by).objects.filter(pk=link.created_by_id).update(is_active=False)


def take_rights(link, clock):
    link.created_by.user_permissions.clear()


DEAD = [end, revoke, delete_call, delete_maker, switch_maker_off, take_rights]


@pytest.mark.parametrize("happens", DEAD)
def test_a_dead_link_looks_as_one_that_never_was(client, clock, happens):
    link, address = make_link()
    assert status_of(client, address) == 200
    assert status_of(client, f"{address}recording/") == 200
    happens(link, clock)
    for path in ("", "recording/"):
        dead, unknown = client.get(address + path), client.get(UNKNOWN + path)
        assert dead.status_code == unknown.status_code == 404
        assert dead.content == unknown.content
        assert dict(dead.headers) == dict(unknown.headers)
        assert b"ask that person for a new link" in dead.content


@pytest.mark.parametrize("happens", DEAD)
def test_it_ends_in_the_middle_of_playing(client, clock, happens):
    link, address = make_link()
    assert status_of(client, f"{address}recording/", range="bytes=0-99") == 206
    happens(link, clock)
    assert status_of(client, f"{address}recording/", range="bytes=100-199") == 404


def test_it_works_until_its_last_moment(client, clock):
    address = make_link()[1]
    clock.move_to(NOON + timedelta(days=1) - timedelta(microseconds=1))
    assert status_of(client, address) == 200


def test_deleting_a_call_deletes_its_links_and_their_views(client):
    link, address = make_link()
    client.get(address)
    link.call.delete()
    assert (ShareLink.objects.count(), ShareView.objects.count()) == (0, 0)


def test_a_viewer_of_the_assistant_makes_links_with_the_permission(client):
    viewer = make_user()
    viewer.user_permissions.add(Permission.objects.get(codename="add_sharelink"))
    assistant = make_assistant(viewers=(viewer,))
    address = make_link(make_shareable_call(assistant=assistant), user=viewer)[1]
    assert status_of(client, address) == 200
    assistant.viewers.clear()
    assert status_of(client, address) == 404


# Passwords

PASSWORD = "correct horse"


def test_a_password_is_asked_for_before_anything_is_shown(client):
    address = make_link(password=PASSWORD)[1]
    html = page_of(client, address)
    assert "needs a password" in html
    assert "Call of" not in html
    assert status_of(client, f"{address}recording/") == 404
    assert ShareView.objects.count() == 0


def test_the_right_password_opens_this_link_and_no_other(client):
    call = make_shareable_call()
    address, other = make_link(call, password=PASSWORD)[1], make_link(call, password=PASSWORD)[1]
    response = client.post(address, {"password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, address)
    assert "It is on its way" in page_of(client, address)
    assert status_of(client, f"{address}recording/") == 200
    assert "needs a password" in page_of(client, other)


def test_an_unlocked_link_still_ends(client, clock):
    link, address = make_link(password=PASSWORD)
    client.post(address, {"password": PASSWORD})
    end(link, clock)
    assert status_of(client, address) == 404
    assert client.post(address, {"password": PASSWORD}).status_code == 404


@pytest.mark.parametrize("data", [{"password": "wrong"}, {"password": ""}, {}, {"password": PASSWORD.upper()}])
def test_a_wrong_password_opens_nothing(client, data):
    address = make_link(password=PASSWORD)[1]
    response = client.post(address, data)
    assert response.status_code == 403
    assert "The password is wrong." in response.content.decode()
    assert "needs a password" in page_of(client, address)


def test_a_password_is_kept_as_a_hash(client):
    link = make_link(password=PASSWORD)[0]
    assert PASSWORD not in link.password
    assert link.is_password(PASSWORD)


def test_browsers_that_do_not_say_where_the_form_is_from_may_send_it(client):
    address = make_link(password=PASSWORD)[1]
    client.handler.enforce_csrf_checks = True
    assert client.post(address, {"password": PASSWORD}, headers={"Origin": "null"}).status_code == 302


# Guesses


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(client, clock):
    address = make_link(password=PASSWORD)[1]
    guesses = [client.post(address, {"password": f"guess {number}"}).status_code for number in range(10)]
    assert guesses == [403] * 10
    response = client.post(address, {"password": PASSWORD})
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    clock.shift(timedelta(minutes=15, seconds=1))
    assert client.post(address, {"password": PASSWORD}).status_code == 302


def test_guesses_of_one_address_do_not_lock_another_out(client):
    address = make_link(password=PASSWORD)[1]
    for number in range(11):
        client.post(address, {"password": f"guess {number}"}, REMOTE_ADDR="198.51.100.7")
    assert client.post(address, {"password": PASSWORD}, REMOTE_ADDR="198.51.100.8").status_code == 302


def test_guesses_at_one_link_do_not_lock_another(client):
    call = make_shareable_call()
    address, other = make_link(call, password=PASSWORD)[1], make_link(call, password=PASSWORD)[1]
    for number in range(11):
        client.post(address, {"password": f"guess {number}"})
    assert client.post(other, {"password": PASSWORD}).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(client):
    address = make_link(password=PASSWORD)[1]
    for _ in range(3):
        for number in range(9):
            client.post(address, {"password": f"guess {number}"})
        assert client.post(address, {"password": PASSWORD}).status_code == 302


def test_after_sixty_unknown_links_an_address_is_refused_for_a_while(client, clock):
    address = make_link(lasts=timedelta(days=2))[1]
    paths = ["", "recording/"]
    guesses = [status_of(client, f"/share/guess-{number}/{paths[number % 2]}") for number in range(60)]
    assert guesses == [404] * 60
    assert status_of(client, "/share/guess-61/") == 429
    assert status_of(client, address) == 429
    assert client.get(address, REMOTE_ADDR="198.51.100.8").status_code == 200
    clock.shift(timedelta(minutes=15, seconds=1))
    assert status_of(client, address) == 200


@pytest.mark.parametrize(
    ("forwarded", "status"), [("203.0.113.9", 200), ("127.0.0.1, 203.0.113.9", 200), ("203.0.113.9, 198.51.100.7", 429)]
)
def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_names(client, settings, forwarded, status):
    settings.IS_HTTPS = True
    address = make_link()[1]
    for number in range(61):
        client.get(f"/share/{number}/", headers={"X-Forwarded-For": "198.51.100.7"})
    assert status_of(client, address, X_Forwarded_For=forwarded) == status


# Views

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_every_view_is_recorded_with_its_network_and_browser_but_no_address(client):
    link, address = make_link()
    for _ in range(2):
        client.get(address, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")
    views = list(ShareView.objects.values_list("link", "part", "at", "client", "network"))
    assert views == [(link.pk, Part.PAGE, NOON, "Firefox on Windows", "203.0.113.0/24")] * 2


def test_the_ranges_of_one_hour_are_one_play(client, clock):
    link, address = make_link()
    for start in range(0, 1000, 100):
        status_of(client, f"{address}recording/", range=f"bytes={start}-")
    assert link.views.filter(part=Part.RECORDING).count() == 1
    clock.shift(timedelta(hours=1, seconds=1))
    status_of(client, f"{address}recording/")
    assert link.views.filter(part=Part.RECORDING).count() == 2


@pytest.mark.parametrize("path", ["", "recording/"])
def test_asking_for_the_head_is_no_view(client, path):
    assert client.head(make_link()[1] + path).status_code == 200
    assert ShareView.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    address = make_link()[1]
    assert getattr(client, method)(address).status_code == 405
    assert client.post(f"{address}recording/").status_code == 405
