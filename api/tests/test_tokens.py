"""Tokens: the page that makes and revokes them, and what they open."""

from datetime import timedelta

import pytest
import time_machine

from api.models import ApiToken, hash_of
from api.tests.programs import BASE, Program, errors_of, make_token
from calls.tests.factory import NOON, make_user

pytestmark = pytest.mark.django_db
PAGE = "/accounts/tokens/"


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


def test_a_token_is_shown_once_and_kept_as_a_hash(signed_in, user):
    response = signed_in.post(PAGE, {"name": "nightly report", "may_read": "on"})
    token = ApiToken.objects.get()
    text = response.context["new_token"]
    assert response.status_code == 201
    assert (token.user, token.name, token.scopes()) == (user, "nightly report", ["read"])
    assert token.token_hash == hash_of(text)
    assert text.startswith(token.start)
    page = signed_in.get(PAGE).content.decode()
    assert "nightly report" in page
    assert text not in page
    assert signed_in.get(BASE, headers={"Authorization": f"Bearer {text}"}).status_code == 200


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "", "may_read": "on"}, "This field is required"),
        ({"name": "x" * 81, "may_read": "on"}, "at most 80 characters"),
        ({"name": "report"}, "Choose what the program may do"),
    ],
)
def test_it_says_what_is_wrong(signed_in, data, message):
    response = signed_in.post(PAGE, data)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not ApiToken.objects.exists()


def test_whoever_may_not_add_calls_makes_no_token_that_sends(client):
    client.force_login(make_user(sees_all=True))
    client.post(PAGE, {"name": "report", "may_read": "on", "may_write": "on"})
    assert ApiToken.objects.get().scopes() == ["read"]


def test_there_is_an_end_to_tokens(signed_in, user, monkeypatch):
    monkeypatch.setattr("api.views.MOST_TOKENS", 1)
    make_token(user)
    response = signed_in.post(PAGE, {"name": "second", "may_read": "on"})
    assert response.status_code == 422
    assert ApiToken.objects.count() == 1


def test_a_revoked_token_is_refused(signed_in, program):
    response = signed_in.post(f"{PAGE}{program.token.pk}/revoke/")
    assert response.status_code == 302
    assert program.get().status_code == 401
    assert "revoked" in signed_in.get(PAGE).content.decode()


def test_nobody_revokes_or_sees_the_token_of_another(client, program):
    client.force_login(make_user(is_superuser=True))
    assert client.post(f"{PAGE}{program.token.pk}/revoke/").status_code == 404
    assert "dialler" not in client.get(PAGE).content.decode()
    assert program.get().status_code == 200


def test_the_token_of_a_user_who_is_switched_off_is_refused(program, user):
    user.is_active = False
    user.save()
    assert program.get().status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer callmon_\x00", "Bearer é"])
def test_without_a_token_that_works_it_answers_401(client, header):
    response = client.get(BASE, headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert errors_of(response) == []


def test_a_token_that_only_sends_reads_nothing(client, user):
    assert Program(client, user, may_read=False).get().status_code == 403


def test_it_is_noted_when_a_token_was_last_used(program):
    with time_machine.travel(NOON, tick=False):
        program.get()
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        program.get()
    assert ApiToken.objects.get().last_used_at == NOON


def test_the_page_needs_a_user(client):
    assert client.get(PAGE).status_code == 302
