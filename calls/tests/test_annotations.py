"""Notes, tags and stars on the page of a call, and the filters for them."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse

from calls.annotations.models import NOTE_LENGTH
from calls.annotations.views import MOST_TAGS
from calls.filters import CallFilter
from calls.models import CallTag, Note, Star, Tag
from calls.reading import Reading
from calls.tests.factory import make_assistant, make_call, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client):
    client.user = make_user("anna", sees_all=True)
    client.force_login(client.user)
    return client


def post(client, call, path, headers=None, **data):
    return client.post(f"/calls/{call.uuid}/{path}/", data, headers=headers or {})


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def words_of(client, call):
    return text_of(client.get(call.get_absolute_url()).content.decode())


def tags_of(call):
    return sorted(call.call_tags.values_list("tag__name", flat=True))


# Notes


def test_a_note_is_shown_with_its_author_and_time(reader):
    call = make_call()
    response = post(reader, call, "notes", note="  Call back\r\non Monday ")
    assert response["Location"] == f"/calls/{call.uuid}/#notes-{call.pk}"
    note = Note.objects.get()
    assert (note.call, note.author, note.text) == (call, reader.user, "Call back\non Monday")
    words = words_of(reader, call)
    assert "Call back on Monday" in words
    assert f"anna {note.written_at:%-d %b %Y, %H:%M:%S}" in words


def test_a_note_is_text(reader):
    call = make_call()
    post(reader, call, "notes", note="<script>alert(1)</script>")
    html = reader.get(call.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize(("note", "message"), [(" \n", "takes some words"), ("x" * (NOTE_LENGTH + 1), "5,001")])
@pytest.mark.parametrize(("headers", "status"), [({}, 422), (HTMX, 200)])
def test_a_note_that_is_refused_stays_in_its_field(reader, note, message, headers, status):
    response = post(reader, make_call(), "notes", headers, note=note)
    html = response.content.decode()
    assert response.status_code == status
    assert message in text_of(html)
    assert note.strip() in html
    assert not Note.objects.exists()


def test_everybody_removes_their_own_notes_only(reader):
    call = make_call()
    own, other = (Note.objects.create(call=call, author=user, text="x") for user in (reader.user, make_user()))
    assert post(reader, call, "notes/remove", pk=other.pk).status_code == 403
    assert post(reader, call, "notes/remove", pk=own.pk).status_code == 302
    assert list(Note.objects.all()) == [other]
    reader.user.user_permissions.add(Permission.objects.get(codename="delete_note"))
    assert post(reader, call, "notes/remove", pk=other.pk).status_code == 302


@pytest.mark.parametrize("pk", ["0", "", "x", "9" * 30, "²"])
def test_a_note_that_is_not_there_is_not_found(reader, pk):
    assert post(reader, make_call(), "notes/remove", pk=pk).status_code == 404


def test_a_note_of_another_call_is_not_found(reader):
    note = Note.objects.create(call=make_call(), author=reader.user, text="x")
    assert post(reader, make_call(), "notes/remove", pk=note.pk).status_code == 404


def test_notes_outlive_their_author(reader):
    call, author = make_call(), make_user()
    Note.objects.create(call=call, author=author, text="Stays")
    author.delete()
    assert "A user who was removed" in words_of(reader, call)


# Tags


def test_a_tag_keeps_who_added_it(reader):
    call = make_call()
    assert post(reader, call, "tags", tag=" Follow  up ").status_code == 302
    row = CallTag.objects.get()
    assert (row.tag.name, row.added_by) == ("Follow up", reader.user)
    assert row.added_at
    assert 'title="Added by anna' in reader.get(call.get_absolute_url()).content.decode()


@pytest.mark.parametrize("spelling", ["Straße", "STRASSE", " straße  ", "strasse"])
def test_a_tag_is_one_however_it_is_spelled(reader, spelling):
    call = make_call()
    post(reader, call, "tags", tag="Straße")
    post(reader, call, "tags", tag=spelling)
    assert tags_of(call) == ["Straße"]
    assert Tag.objects.count() == 1


def test_the_database_holds_a_name_once():
    Tag.objects.create(name="Ärger")
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(name="äRGER")


@pytest.mark.parametrize(("tag", "message"), [(" ", "takes a word"), ("x" * 51, "up to 50 characters")])
@pytest.mark.parametrize(("headers", "status"), [({}, 422), (HTMX, 200)])
def test_a_tag_that_is_refused_is_said_why(reader, tag, message, headers, status):
    response = post(reader, make_call(), "tags", headers, tag=tag)
    assert response.status_code == status
    assert message in text_of(response.content.decode())


def test_a_call_takes_so_many_tags(reader):
    call = make_call()
    for number in range(MOST_TAGS + 1):
        response = post(reader, call, "tags", tag=f"tag {number}")
    assert response.status_code == 422
    assert call.call_tags.count() == MOST_TAGS


def test_a_tag_that_no_call_has_is_forgotten(reader):
    calls = [make_call(), make_call()]
    for call in calls:
        post(reader, call, "tags", tag="Odd")
    post(reader, calls[0], "tags/remove", name="odd")
    assert (tags_of(calls[0]), tags_of(calls[1]), Tag.objects.count()) == ([], ["Odd"], 1)
    post(reader, calls[1], "tags/remove", name="odd")
    assert not Tag.objects.exists()


def test_an_administrator_renames_a_tag_but_not_to_another(admin_client):
    tag = Tag.objects.create(name="Old")
    Tag.objects.create(name="Taken")
    address = reverse("admin:calls_tag_change", args=[tag.pk])
    assert "There is such a tag already" in admin_client.post(address, {"name": "TAKEN"}).content.decode()
    admin_client.post(address, {"name": "New"})
    tag.refresh_from_db()
    assert (tag.name, tag.key) == ("New", "new")


# Stars


def test_everybody_has_stars_of_their_own(reader, client):
    call = make_call()
    post(reader, call, "star", starred="true")
    post(reader, call, "star", starred="true")
    assert list(Star.objects.values_list("user", "call")) == [(reader.user.pk, call.pk)]
    assert "Starred" in words_of(reader, call)
    client.force_login(make_user(sees_all=True))
    assert "Starred" not in words_of(client, call)


def test_a_star_is_taken_back(reader):
    call = make_call()
    post(reader, call, "star", starred="true")
    post(reader, call, "star", starred="false")
    assert not Star.objects.exists()


# All of them

PATHS = ["notes", "notes/remove", "tags", "tags/remove", "star"]


@pytest.mark.parametrize("path", PATHS)
def test_whoever_does_not_see_the_call_adds_nothing(client, path):
    call = make_call(assistant=make_assistant(viewers=(make_user(),)))
    data = {"note": "x", "tag": "x", "name": "x", "pk": "1", "starred": "true"}
    assert post(client, call, path, **data)["Location"].startswith("/accounts/login/")
    client.force_login(make_user())
    assert post(client, call, path, **data).status_code == 404
    assert [model.objects.count() for model in (Note, Tag, Star)] == [0, 0, 0]


@pytest.mark.parametrize("path", PATHS)
def test_they_take_a_post_with_its_token(reader, path):
    call = make_call()
    assert reader.get(f"/calls/{call.uuid}/{path}/").status_code == 405
    reader.handler.enforce_csrf_checks = True
    assert post(reader, call, path, note="x", tag="x", starred="true").status_code == 403


def test_a_viewer_of_the_assistant_may(client):
    viewer = make_user()
    call = make_call(assistant=make_assistant(viewers=(viewer,)))
    client.force_login(viewer)
    assert [post(client, call, path, note="x", tag="x").status_code for path in ("notes", "tags", "star")] == [302] * 3


def test_the_way_back_keeps_the_list(reader):
    call = make_call()
    response = post(reader, call, "star", starred="true", list="status=busy&q=a b")
    assert response["Location"] == f"/calls/{call.uuid}/?list=status%3Dbusy%26q%3Da%2Bb#tags-{call.pk}"


@pytest.mark.parametrize(("path", "part"), [("notes", "notes"), ("tags", "tags"), ("star", "tags")])
def test_htmx_gets_the_part_that_changed(reader, path, part):
    call = make_call()
    html = post(reader, call, path, HTMX, note="x", tag="x", starred="true").content.decode()
    assert re.search(rf'id="{part}-{call.pk}"', html)
    assert "<h1" not in html


def test_the_page_of_a_call_with_all_of_them_asks_at_most_12_times(reader, django_assert_max_num_queries):
    call = make_call(assistant=make_assistant(), transcript="hello")
    for number in range(10):
        post(reader, call, "notes", note=f"note {number}")
        post(reader, call, "tags", tag=f"tag {number}")
    with django_assert_max_num_queries(12):
        reader.get(f"{call.get_absolute_url()}?list=status%3Dcompleted")


def test_who_may_not_share_is_offered_no_link(client):
    viewer = make_user()
    call = make_call(assistant=make_assistant(viewers=(viewer,)))
    client.force_login(viewer)
    assert f"/calls/{call.uuid}/share/" not in client.get(call.get_absolute_url()).content.decode()
    viewer.user_permissions.add(Permission.objects.get(codename="add_sharelink"))
    assert f"/calls/{call.uuid}/share/" in client.get(call.get_absolute_url()).content.decode()


# As filters


def make_tagged(*names, **fields):
    call = make_call(**fields)
    for name in names:
        CallTag.objects.create(call=call, tag=Tag.named(name))
    return call


def selected(query, user):
    selection = CallFilter.for_user(QueryDict(query), user)
    gathered = set(selection.qs)
    assert selection.count == len(gathered)
    selection.reading = Reading.WALK
    assert set(selection.qs_to_read()) == gathered
    return gathered


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag=Refund", "ab"),
        ("tag=refund", "ab"),
        ("tag=odd", "b"),
        ("tag=odd&tag=other", "bc"),
        ("tag=refund&status=busy", "a"),
        ("tag=", "abcd"),
        ("tag=unknown", ""),
        ("tag=refund&tag=unknown", ""),
    ],
)
def test_calls_are_found_by_their_tags(query, found):
    calls = {
        "a": make_tagged("Refund", status="busy"),
        "b": make_tagged("Refund", "Odd"),
        "c": make_tagged("Other"),
        "d": make_call(),
    }
    assert selected(query, make_user(sees_all=True)) == {calls[name] for name in found}


def test_calls_are_found_by_ones_own_star():
    user, other = make_user(sees_all=True), make_user(sees_all=True)
    calls = [make_call(), make_call(), make_call()]
    Star.objects.create(call=calls[0], user=user)
    Star.objects.create(call=calls[1], user=other)
    assert selected("starred=true", user) == {calls[0]}


@pytest.mark.parametrize("value", ["false", "yes", "1"])
def test_a_star_takes_true(value):
    selection = CallFilter.for_user(QueryDict(f"starred={value}"), make_user(sees_all=True))
    assert "takes true" in str(selection.form.errors["starred"])


def test_an_unknown_tag_is_said_beside_its_field(reader):
    html = reader.get("/calls/?tag=nothing").content.decode()
    assert "“nothing” is not a known tag." in html


def test_the_tags_of_unseen_calls_are_not_told(client):
    viewer = make_user()
    seen = make_tagged("Seen", assistant=make_assistant(viewers=(viewer,)))
    make_tagged("Hidden")
    client.force_login(viewer)
    html = client.get("/calls/").content.decode()
    assert "Seen" in html
    assert "Hidden" not in html
    assert selected("tag=hidden", viewer) == set()
    assert selected("tag=seen", viewer) == {seen}


def test_the_selection_is_said_in_words():
    make_tagged("Refund")
    make_tagged("Odd")
    selection = CallFilter.for_user(QueryDict("tag=ODD&tag=refund&starred=true"), make_user(sees_all=True))
    assert selection.describe() == "tagged Odd or tagged Refund, with my star, UTC"
    assert selection.query_without("tag", "odd") == "tag=refund&starred=true"


def test_the_panel_has_the_tags_with_the_chosen_one_checked(reader):
    make_tagged("Refund")
    html = reader.get("/calls/?tag=REFUND").content.decode()
    assert re.search(r'name="tag" value="refund" checked', html)
    assert '<details class="more" data-name="more" open>' in html
