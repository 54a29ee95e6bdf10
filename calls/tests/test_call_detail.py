"""GET /calls/<uuid>/, the page of one call."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django.test import override_settings

from calls import detail
from calls.choices import RecordingState, Status
from calls.models import CostItem, Recording, ResponseTime
from calls.tests.factory import make_assistant, make_call, make_campaign, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client):
    client.force_login(make_user(sees_all=True))
    return client


def html_of(client, call, query="", **headers):
    response = client.get(call.get_absolute_url() + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def words_of(client, call, query="", **headers):
    """The text of the page: each tag is a space, and white space is single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html_of(client, call, query, **headers))).split())


def full_call(turns=3):
    call = make_call(
        assistant=make_assistant("Support line"),
        campaign=make_campaign("Spring renewals"),
        transcript=[
            {"speaker": "caller", "text": f"turn {number}", "start_seconds": number} for number in range(turns)
        ],
        variables={"order_id": "12345", "satisfied": True},
        recorded=True,
    )
    Recording.objects.filter(call=call).update(state=RecordingState.READY, file="recordings/a.mp3")
    CostItem.objects.create(call=call, component="llm", amount=Decimal("1.25"))
    ResponseTime.objects.create(call=call, kind="llm", duration_ms=640, at_ms=3900)
    return call


# Who may see it


def test_it_asks_strangers_to_sign_in(client):
    call = make_call()
    response = client.get(call.get_absolute_url())
    assert response["Location"] == f"/accounts/login/?next={call.get_absolute_url()}"


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("who", "status"), [("viewer", 200), ("sees_all", 200), ("viewer_of_another", 404), ("nobody", 404)]
)
def test_only_who_may_see_the_assistant_sees_its_call(client, headers, who, status):
    users = {
        "viewer": make_user(),
        "sees_all": make_user(sees_all=True),
        "viewer_of_another": make_user(),
        "nobody": make_user(),
    }
    make_assistant("Another", viewers=(users["viewer_of_another"],))
    call = make_call(assistant=make_assistant(viewers=(users["viewer"],)))
    client.force_login(users[who])
    assert client.get(call.get_absolute_url(), headers=headers).status_code == status


def test_a_call_without_an_assistant_is_for_those_who_see_all(client):
    call = make_call()
    client.force_login(make_user())
    assert client.get(call.get_absolute_url()).status_code == 404


def test_a_call_that_does_not_exist_is_not_found(reader):
    assert reader.get(f"/calls/{uuid4()}/").status_code == 404


# Page and part


def test_the_page_has_the_frame_and_is_not_kept(reader):
    response = reader.get(full_call().get_absolute_url())
    assert "<!doctype html>" in response.content.decode()
    assert "HX-Request" in response["Vary"]
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_htmx_gets_the_part_without_the_frame(reader):
    response = reader.get(full_call().get_absolute_url(), headers=HTMX)
    assert response.content.decode().lstrip().startswith("<article")
    assert "HX-Request" in response["Vary"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("header", ["HX-History-Restore-Request", "HX-Boosted"])
def test_htmx_gets_the_page_where_it_replaces_the_page(reader, header):
    assert "<!doctype html>" in html_of(reader, full_call(), **HTMX | {header: "true"})


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_part_and_the_page_say_the_same(reader, headers):
    words = words_of(reader, full_call(), **headers)
    for text in ("+1 202-555-0123", "Completed", "0:48", "1.25 credits", "Support line", "Spring renewals", "turn 2"):
        assert text in words


@pytest.mark.parametrize("turns", [1, 200])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_asks_the_database_at_most_12_times(reader, django_assert_max_num_queries, turns, headers):
    call = full_call(turns)
    with django_assert_max_num_queries(12):
        html_of(reader, call, **headers)


def test_the_page_has_one_heading_of_the_first_level_and_the_part_none(reader):
    call = full_call()
    assert html_of(reader, call).count("<h1") == 1
    assert "<h1" not in html_of(reader, call, **HTMX)


# The way back


@pytest.mark.parametrize(
    ("query", "back"),
    [
        ("", "/calls/#call-{id}"),
        ("?list=period%3D7d%26status%3Dfailed", "/calls/?period=7d&status=failed#call-{id}"),
        ("?list=q%3D%22order+status%22", "/calls/?q=%22order+status%22#call-{id}"),
        ("?list=%2F%2Fevil.example%2F", "/calls/?%2F%2Fevil.example%2F=#call-{id}"),
        ("?list=javascript%3Aalert(1)", "/calls/?javascript%3Aalert%281%29=#call-{id}"),
        ("?list=%22%3E%3Cscript%3E", "/calls/?%22%3E%3Cscript%3E=#call-{id}"),
    ],
)
def test_the_way_back_keeps_the_list_and_leads_nowhere_else(reader, query, back):
    call = make_call()
    link = re.search(r'class="back"><a href="([^"]*)"', html_of(reader, call, query))[1]
    assert unescape(link) == back.format(id=call.pk)


def test_the_part_links_to_the_page_with_the_list(reader):
    call = make_call()
    assert f'href="{call.get_absolute_url()}?list=period%3D7d"' in html_of(reader, call, "?list=period%3D7d", **HTMX)


# Its head


@override_settings(TIME_ZONE="Asia/Kathmandu")
def test_times_are_in_the_reporting_zone_and_name_it(reader):
    call = make_call(started_at=datetime(2026, 11, 20, 20, 0, 11, tzinfo=UTC))
    assert "21 Nov 2026, 01:45:11 Asia/Kathmandu" in words_of(reader, call)


@pytest.mark.parametrize("status", Status)
def test_each_status_has_its_word_and_its_class(reader, status):
    assert f'<span class="status status-{status}">{status.label}</span>' in html_of(reader, make_call(status=status))


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        ({"direction": "inbound"}, "+1 202-555-0123"),
        ({"direction": "outbound"}, "+1 202-555-0100"),
        ({"direction": "web", "from_number": "", "to_number": ""}, "Web call"),
        ({"direction": "", "from_number": ""}, "Unknown number"),
        ({"from_number": "anonymous"}, "anonymous"),
    ],
)
def test_the_heading_is_the_other_side(reader, fields, heading):
    assert f"<h1>{heading}</h1>" in html_of(reader, make_call(**fields))


def test_what_is_not_known_is_a_dash(reader):
    call = make_call(duration_ms=None, cost=None, direction="", status="initiated")
    words = words_of(reader, call)
    assert "Duration – Cost – Assistant – Campaign – Direction –" in words
    assert "Answered – Ended –" in words


# Recording


def with_recording(state, **fields):
    call = make_call(recorded=True, transcript=[{"speaker": "caller", "text": "Hello", "start_seconds": 3.1}])
    Recording.objects.filter(call=call).update(state=state, file="recordings/a.mp3", **fields)
    return call


def test_a_ready_recording_has_a_player_and_a_download(reader):
    call = with_recording(RecordingState.READY)
    html = html_of(reader, call)
    assert re.search(rf'<audio controls [^>]*src="/calls/{call.uuid}/recording/"', html)
    assert f'href="/calls/{call.uuid}/recording/?download=1"' in html


def test_a_ready_recording_has_a_picture_with_its_length_and_silences(reader):
    html = html_of(reader, with_recording(RecordingState.READY, duration_ms=10_000, peaks=[[100] * 50 + [0] * 50]))
    assert 'data-wave data-duration="10.000"' in html
    assert 'data-skip-silence="5.20-9.80"' in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RecordingState.PENDING, "has not been fetched"),
        (RecordingState.FETCHING, "is being fetched"),
        (RecordingState.EMPTY, "is empty"),
        (RecordingState.UNSUPPORTED, "browsers do not play: it is AMR."),
        (RecordingState.FAILED, "could not be fetched from the platform: it is AMR."),
        (RecordingState.REMOVED, "was removed"),
    ],
)
def test_another_state_is_said_in_words(reader, state, words):
    call = with_recording(state, reason="it is AMR")
    assert "<audio" not in html_of(reader, call)
    assert words in words_of(reader, call)


def test_a_state_without_a_reason_is_a_sentence_too(reader):
    assert "The recording was removed." in words_of(reader, with_recording(RecordingState.REMOVED))


def test_every_state_has_its_words():
    assert set(detail.RECORDING_WORDS) == set(RecordingState) - {RecordingState.READY}


def test_no_recording_is_said_in_words(reader):
    assert "No recording of this call is known." in words_of(reader, make_call())
    assert "a recording may follow" in words_of(reader, make_call(status="in_progress"))


# Transcript


def test_turns_stand_in_their_order_with_time_and_speaker(reader):
    turns = [
        {"speaker": "assistant", "text": "Hello!", "start_seconds": 0.0},
        {"speaker": "caller", "text": "My order", "start_seconds": 3.1},
        {"speaker": "caller", "text": "Later"},
        {"speaker": "system", "text": "Note", "start_seconds": 3723},
    ]
    words = words_of(reader, make_call(transcript=turns))
    assert "00:00 Assistant Hello! 00:03 Caller My order – Caller Later 1:02:03 System Note" in words


def test_a_timed_turn_plays_the_recording_from_there(reader):
    html = html_of(reader, with_recording(RecordingState.READY))
    assert (
        '<button class="turn-time" type="button" data-seek="3.100" aria-label="Play from 00:03">00:03</button>' in html
    )


def test_without_a_recording_a_time_is_no_button(reader):
    assert "data-seek" not in html_of(reader, with_recording(RecordingState.PENDING))


def test_a_tool_is_folded_with_arguments_and_result(reader):
    turn = {
        "speaker": "tool",
        "name": "order_status",
        "text": '{"order": "12345"}',
        "result": "HTTP 504",
        "is_error": True,
        "start_seconds": 6.0,
    }
    call = make_call(transcript=[turn])
    html = html_of(reader, call)
    assert '<details class="turn-text tool is-error"><summary><code>order_status</code>' in html
    assert 'order_status failed Arguments {"order": "12345"} Result HTTP 504' in words_of(reader, call)


def test_a_tool_that_went_well_is_not_marked(reader):
    turn = {"speaker": "tool", "text": "", "name": "hang_up"}
    assert "failed" not in words_of(reader, make_call(transcript=[turn]))


def test_an_interrupted_turn_is_marked(reader):
    turn = {"speaker": "assistant", "text": "Shall I", "interrupted": True}
    assert "Shall I interrupted" in words_of(reader, make_call(transcript=[turn]))


def test_html_is_text_wherever_it_comes_from(reader):
    evil = "<script>alert(1)</script>"
    call = make_call(
        assistant=make_assistant(evil),
        campaign=make_campaign(evil),
        from_number=evil,
        ended_reason=evil,
        raw_status=evil,
        metadata={evil: evil},
        transcript=[
            {"speaker": "caller", "text": evil},
            {"speaker": "tool", "name": evil, "text": evil, "result": evil},
        ],
        variables={evil: evil, "nested": {evil: [evil]}},
    )
    CostItem.objects.create(call=call, component="llm", label=evil, amount=1, raw_unit="<script>a")
    ResponseTime.objects.create(call=call, kind="tool", name=evil, duration_ms=1)
    html = html_of(reader, call)
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 14


def test_the_transcript_is_downloaded_in_four_formats(reader):
    call = make_call(transcript="Hello")
    html = html_of(reader, call)
    for suffix in ("txt", "json", "vtt", "srt"):
        assert f'href="/calls/{call.uuid}/transcript.{suffix}" download' in html


@pytest.mark.parametrize(
    ("query", "words"),
    [("q%3Dorder+status", "order"), ("q%3D-late+%22my+order%22", "my order"), ("q%3D-late", ""), ("status%3Dbusy", "")],
)
def test_it_looks_for_what_the_list_was_searched_for(reader, query, words):
    html = html_of(reader, make_call(transcript="Hello"), f"?list={query}")
    assert f'data-find value="{words}"' in html


def test_no_transcript_is_said_in_words(reader):
    assert "There is no transcript of this call." in words_of(reader, make_call())
    assert "its transcript may follow" in words_of(reader, make_call(status="ringing"))


@pytest.mark.parametrize(
    ("answers", "query", "is_there"), [(50, "", True), (51, "", False), (51, "?answers=all", True)]
)
def test_a_long_table_of_answers_comes_when_it_is_opened(reader, answers, query, is_there):
    said = [{"speaker": ("caller", "assistant")[n % 2], "text": "…", "start_seconds": n} for n in range(2 * answers)]
    call = make_call(transcript=said)
    ResponseTime.objects.create(call=call, kind="llm", duration_ms=640, at_ms=900)
    html = html_of(reader, call, query)
    assert ('id="each-answer"' in html, "00:01 640 ms" in words_of(reader, call, query)) == (is_there, is_there)
    assert (f'href="{call.get_absolute_url()}?answers=all"' in html) == (not is_there)


# Details


def test_the_platforms_own_words_and_ids_are_shown(reader):
    call = make_call(
        source="vapi", external_id="c-1001", ended_reason="customer-ended-call", ended_by="caller", raw_status="ended"
    )
    words = words_of(reader, call)
    assert "Ended because customer-ended-call Ended by Caller Platform vapi Status there ended Id there c-1001" in words
    assert str(call.uuid) in words


def test_other_metadata_is_folded_json(reader):
    call = make_call(metadata={"queue": "east"})
    assert "&#34;queue&#34;: &#34;east&#34;" in html_of(reader, call)
    assert "Everything else" not in words_of(reader, make_call())
