"""Signing in and out, the password, and the pages of errors."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils.html import strip_tags

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough phrase"


@pytest.fixture
def user():
    return User.objects.create_user("ada", password=PASSWORD)


def text_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def sign_in(client, username="ada", password=PASSWORD, **fields):
    return client.post("/accounts/login/", {"username": username, "password": password, **fields})


# Sign in


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


def test_after_ten_wrong_passwords_a_name_is_refused_for_a_while_even_with_the_right_one(client, user):
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 200
    refused = sign_in(client)
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert "There were too many wrong passwords." in text_of(refused)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15)):
        assert sign_in(client).status_code == 302


def test_the_guesses_of_one_address_keep_nobody_else_out(client, user):
    for _ in range(11):
        sign_in(client, password="wrong")
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9")).status_code == 302
    User.objects.create_user("ben", password=PASSWORD)
    assert sign_in(client, "ben").status_code == 302


def test_a_right_password_forgets_the_wrong_ones(client, user):
    for _ in range(2):
        for _ in range(9):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        client.logout()


def test_an_address_that_somebody_makes_up_gives_no_more_guesses(client, user, settings):
    settings.IS_HTTPS = True
    for number in range(10):
        forwarded = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}
        client.post("/accounts/login/", {"username": "ada", "password": "wrong"}, headers=forwarded)
    right = {"username": "ada", "password": PASSWORD}
    forwarded = {"X-Forwarded-For": "198.51.100.77, 203.0.113.9"}
    assert client.post("/accounts/login/", right, headers=forwarded).status_code == 429


def test_the_sign_in_of_the_administration_counts_too(client, user):
    for _ in range(11):
        client.post("/admin/login/", {"username": "ada", "password": "wrong"})
    assert sign_in(client).status_code == 429


def test_the_form_says_what_it_is_and_helps_password_managers(client):
    html = client.get("/accounts/login/").content.decode()
    assert "<h1>Sign in to Callmon</h1>" in html
    assert re.search(r'<input[^>]* name="username"[^>]* autocomplete="username"', html)
    assert re.search(r'<input[^>]* name="password"[^>]* autocomplete="current-password"', html)


def test_one_comes_to_the_calls(client, user):
    assert sign_in(client)["Location"] == "/calls/"


def test_one_comes_back_to_the_page_that_asked(client, user):
    address = client.get("/calls/?period=7d&status=failed")["Location"]
    html = client.get(address).content.decode()
    wanted = unescape(re.search(r'name="next" value="([^"]*)"', html)[1])
    assert sign_in(client, next=wanted)["Location"] == "/calls/?period=7d&status=failed"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client, user, address):
    assert sign_in(client, next=address)["Location"] == "/calls/"


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("ADA", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client, user, username, password):
    response = sign_in(client, username, password)
    assert 'role="alert"' in response.content.decode()
    assert "The username or the password is wrong." in text_of(response)


def test_an_empty_form_says_what_is_missing_beside_the_field(client):
    html = sign_in(client, "", "").content.decode()
    assert html.count("This field is required.") == 2
    assert 'aria-describedby="id_username_error"' in html
    assert 'id="id_username_error"' in html


def test_who_is_signed_in_need_not_sign_in(client, user):
    client.force_login(user)
    assert client.get("/accounts/login/")["Location"] == "/calls/"


def test_a_part_of_a_page_reloads_the_page_when_the_session_has_ended(client):
    response = client.get("/accounts/login/?next=/calls/", headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"
    assert response.content == b""


# Sign out


def test_signing_out_takes_a_form_and_ends_the_session(client, user):
    client.force_login(user)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/calls/").status_code == 302


def test_every_page_has_the_menu_of_the_user(client, user):
    client.force_login(user)
    html = client.get("/calls/").content.decode()
    assert '<form action="/accounts/logout/" method="post">' in html
    assert 'href="/accounts/password/"' in html
    assert "Signed in as <b>ada</b>" in html


# Password


def test_the_password_is_changed_and_the_session_lasts(client, user):
    client.force_login(user)
    new = "quite another phrase"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    response = client.post("/accounts/password/", fields, follow=True)
    assert "Password changed" in text_of(response)
    assert client.get("/calls/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(new)


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("wrong", "quite another phrase", "quite another phrase", "entered incorrectly"),
        (PASSWORD, "quite another phrase", "not the same", "match"),
        (PASSWORD, "12345", "12345", "too short"),
    ],
)
def test_a_bad_password_is_refused_beside_its_field(client, user, old, new, again, message):
    client.force_login(user)
    fields = {"old_password": old, "new_password1": new, "new_password2": again}
    assert message in text_of(client.post("/accounts/password/", fields))


def test_the_form_of_the_password_helps_password_managers(client, user):
    client.force_login(user)
    html = client.get("/accounts/password/").content.decode()
    assert html.count('autocomplete="new-password"') == 2
    assert 'autocomplete="current-password"' in html
    assert 'autocomplete="username"' in html


# Errors


def test_a_page_that_does_not_exist_says_so_kindly(client):
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "There is no such page" in text_of(response)


@pytest.mark.urls("callmon.tests.broken_urls")
def test_our_fault_is_told_without_the_database(client, django_assert_num_queries):
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        response = client.get("/broken/")
    assert response.status_code == 500
    assert "Something broke on our side" in text_of(response)


def test_an_unknown_host_is_answered_in_words(client):
    response = client.get("/accounts/login/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "PUBLIC_URL" in text_of(response)


# A form that comes from elsewhere


def post_from(origin, cookie=True, **fields):
    client = Client(enforce_csrf_checks=True)
    if cookie:
        client.get("/accounts/login/")
        fields.setdefault("csrfmiddlewaretoken", client.cookies["csrftoken"].value)
    headers = {"Origin": origin} if origin else {}
    return client.post("/accounts/login/", {"username": "ada", "password": PASSWORD, **fields}, headers=headers)


def test_a_form_of_our_own_is_taken(user):
    assert post_from("http://testserver").status_code == 302


@override_settings(PUBLIC_URL="https://calls.example.com")
def test_an_address_that_is_not_public_url_is_explained():
    response = post_from("http://10.0.0.5:8000")
    assert response.status_code == 403
    text = text_of(response)
    assert "You opened this site at http://10.0.0.5:8000, but it is set up for https://calls.example.com" in text
    assert "PUBLIC_URL=http://10.0.0.5:8000" in text


def test_a_lost_cookie_is_explained():
    text = text_of(post_from("", cookie=False))
    assert "refuses cookies" in text
    assert "PUBLIC_URL" in text


@override_settings(PUBLIC_URL="https://calls.example.com")
def test_an_old_form_is_not_blamed_on_the_address(client):
    response = post_from("http://testserver", csrfmiddlewaretoken="x")
    assert "You opened this site at" not in text_of(response)
    assert "open for too long" in text_of(response)


def test_an_address_from_elsewhere_is_only_text():
    assert "<script>" not in post_from("http://<script>").content.decode()
