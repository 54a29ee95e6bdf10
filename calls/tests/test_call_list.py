import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.models import Call
from calls.paging import COLUMNS
from calls.panel import FIELDLESS
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def page(client):
    """The HTML of the log for a query string, as a user who sees all calls."""
    client.force_login(make_user(sees_all=True))
    return lambda query="": client.get(f"/calls/?{query}").content.decode()


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def rows_of(html):
    return re.findall(r'<tr id="call-(\d+)"', html)


def log_links(html):
    """The query of every link on the page that leads to the log."""
    links = [urlsplit(unescape(href)) for href in re.findall(r'href="([^"]*)"', html)]
    return [link.query for link in links if link.path in ("", "/calls/") and not link.fragment]


def test_the_log_asks_who_is_there(client):
    response = client.get("/calls/?status=busy")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/calls/%3Fstatus%3Dbusy"


def test_the_front_page_leads_to_the_log(client):
    assert client.get("/")["Location"] == "/calls/"


def test_a_row_shows_the_call(page):
    make_call(
        direction="outbound",
        to_number="+13035550188",
        assistant=make_assistant("Renewals"),
        campaign=make_campaign("Spring"),
        status="voicemail",
        duration_ms=75_499,
        started_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    )
    row = text_of(re.search(r"<tr id=.*?</tr>", page(), re.S)[0])
    assert row.split() == [
        "+13035550188",
        "Renewals",
        "Spring",
        "Outbound",
        "Voicemail",
        "1:15",
        "1.25",
        "20",
        "Nov",
        "09:30",
    ]


def test_what_is_not_known_is_a_dash(page):
    make_call(from_number="", assistant=None, direction="", duration_ms=None, cost=None)
    assert text_of(re.search(r"<tr id=.*?</tr>", page(), re.S)[0]).count("–") == 6


def test_text_from_callers_stays_text(page):
    make_call(from_number="<script>alert(1)</script>", assistant=make_assistant("<b>Bold</b>"))
    html = page("variable=%3Cscript%3E:x&period=all")
    assert "<script>alert" not in page()
    assert "<b>Bold" not in page()
    assert "<script>:x" not in html


def test_the_selection_stands_in_words_above_the_table(page):
    make_call()
    make_call(status="busy", started_at=NOON - timedelta(days=2))
    assert "Showing 1–2 of 2 calls, UTC" in text_of(page())
    assert "Showing 1–1 of 1 call, last 7 days, busy, UTC" in text_of(page("period=7d&status=busy"))


def test_the_words_count_on_along_the_pages(page):
    for minute in range(60):
        make_call(started_at=NOON - timedelta(minutes=minute))
    html = page("size=25")
    assert "Showing 1–25 of 60 calls" in text_of(html)
    following = re.search(r'href="\?([^"]*)" rel="next"', html)[1]
    assert "Showing 26–50 of 60 calls" in text_of(page(unescape(following)))
    last = re.search(r'href="\?([^"]*)" rel="last"', html)[1]
    assert "Showing 36–60 of 60 calls" in text_of(page(unescape(last)))


def test_a_count_beyond_the_cap_is_said_so(page, monkeypatch):
    monkeypatch.setattr("calls.paging.COUNT_CAP", 10)
    monkeypatch.setattr("calls.listing.COUNT_CAP", 10)
    for _ in range(26):
        make_call()
    assert "Showing 1–25 of 10+ calls, UTC" in text_of(page("size=25"))


def test_times_are_those_of_the_reporting_zone(page, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    make_call(started_at=datetime(2026, 11, 19, 20, 0, tzinfo=UTC))
    html = page("period=today")
    assert 'datetime="2026-11-20T01:30:00+05:30">20 Nov 01:30<' in html
    assert "today, Asia/Kolkata" in text_of(html)


@pytest.mark.parametrize(
    ("query", "beside", "message"),
    [
        ("status=xxx", "e-status", "“xxx”: takes initiated"),
        ("from=2026-13-45", "e-from", "takes a day as YYYY-MM-DD"),
        ("phone=12", "e-phone", "4 digits or more"),
        ("min_cost=cheap", "e-min_cost", "takes a number"),
    ],
)
def test_an_invalid_value_has_its_message_beside_the_field_and_no_rows(page, query, beside, message):
    make_call()
    html = page(query)
    assert message in unescape(re.search(rf'id="{beside}">([^<]*)<', html)[1])
    assert f'aria-describedby="{beside}"' in html
    assert rows_of(html) == []


@pytest.mark.parametrize("query", ["colour=red", "sort=colour", "size=3", "after=x", "hour=24"])
def test_an_unknown_parameter_or_layout_is_named_above_the_table(page, query):
    make_call()
    html = page(query)
    assert query.split("=")[0] in re.search(r'role="alert">([^<]*)<', html)[1]
    assert rows_of(html) == []


@pytest.mark.parametrize("name", FIELDLESS)
def test_the_filters_send_along_what_they_have_no_field_for(page, name):
    values = {"hour": "14", "weekday": "monday", "country": "DE"}
    value = values.get(name, "true")
    assert f'<input type="hidden" name="{name}" value="{value}">' in page(f"{name}={value}")


def test_an_empty_range_names_the_wider_ones_that_have_calls(page):
    make_call(started_at=NOON - timedelta(days=10))
    make_call(started_at=NOON - timedelta(days=100))
    html = page("period=7d&status=completed")
    assert 'href="?status=completed&amp;period=30d">Show last 30 days (1 call)</a>' in html
    assert 'href="?status=completed&amp;period=all">Show all time (2 calls)</a>' in html


def test_filters_that_no_call_fits_say_so(page):
    make_call()
    assert "No calls match these filters" in page("status=busy")
    assert "No calls match these filters" in page("status=busy&period=7d")


def test_an_empty_log_says_how_calls_come_in(page):
    assert "import_calls" in page()


@pytest.mark.parametrize("query", ["", "period=7d&status=busy&status=completed&phone=2025&sort=-cost&size=25&q=-x"])
def test_every_link_to_the_log_keeps_the_other_keys(page, query):
    for minute in range(60):
        make_call(started_at=NOON - timedelta(minutes=minute))
    given_pairs = parse_qsl(query)
    links = [parse_qsl(link) for link in log_links(page(query)) if link]
    assert links
    for pairs in links:
        lost = [pair for pair in given_pairs if pair not in pairs]
        added = [name for name, value in pairs if (name, value) not in given_pairs]
        assert len(lost) <= 1
        assert len(added) <= 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pairs=st.lists(
        st.sampled_from(
            [("period", "30d"), ("status", "completed"), ("status", "failed"), ("direction", "inbound")]
            + [("phone", "+1 (202)"), ("q", '"a b" -c'), ("variable", "x:y & z"), ("min_cost", "0"), ("sort", "status")]
            + [("campaign", "none"), ("recorded", "false"), ("size", "25"), ("max_duration", "99999")]
        ),
        unique=True,
    )
)
def test_links_to_other_pages_keep_every_key(page, pairs):
    from urllib.parse import urlencode

    if not Call.objects.exists():
        for minute in range(30):
            make_call(started_at=NOON - timedelta(minutes=minute), transcript="a b", variables={"x": "y & z"})
    links = [dict(parse_qsl(link)) for link in log_links(page(urlencode(pairs)))]
    for link in links:
        if "after" in link or "before" in link:
            assert all(link[name] for name, _ in pairs)


def test_a_page_of_any_size_takes_at_most_8_queries(page, django_assert_max_num_queries):
    assistant, campaign = make_assistant(), make_campaign()
    for minute in range(210):
        make_call(started_at=NOON - timedelta(minutes=minute), assistant=assistant, campaign=campaign)
    for size in (25, 50, 100, 200):
        with django_assert_max_num_queries(8):
            assert len(rows_of(page(f"size={size}"))) == size


def test_a_viewer_of_some_assistants_takes_at_most_8_queries(client, django_assert_max_num_queries):
    viewer = make_user()
    call = make_call(assistant=make_assistant(viewers=(viewer,)), campaign=make_campaign())
    client.force_login(viewer)
    with django_assert_max_num_queries(8):
        html = client.get("/calls/?phone=2025").content.decode()
    assert str(call.uuid) in html


@pytest.mark.parametrize(
    "query",
    ["period=today", "from=2026-11-01&to=2026-11-02", "status=busy&status=failed", "direction=inbound", "campaign=none"]
    + ["phone=2025", "q=refund", "variable=a", "min_duration=1", "max_cost=5", "recorded=true", "status=xxx"]
    + [f"sort={sign}{name}&size=25{page}" for name in COLUMNS for sign in ("", "-") for page in ("", "&before=last")]
    + ["status=completed&direction=inbound&period=30d", "phone=2025&period=30d&status=completed"],
)
def test_every_filter_and_order_takes_at_most_8_queries(page, query, django_assert_max_num_queries):
    for minute in range(60):
        make_call(started_at=NOON - timedelta(days=3, minutes=minute), duration_ms=[None, 500][minute % 2])
    page(query)
    with django_assert_max_num_queries(8):
        page(query)


def test_a_sorted_column_says_its_direction_and_turns_round(page):
    make_call()
    html = page()
    assert html.count("aria-sort") == 1
    assert re.search(r'aria-sort="descending"><a [^>]*href="\?sort=started_at">Started', html)
    assert re.search(r'aria-sort="ascending"><a [^>]*href="\?sort=-cost">Cost', page("sort=cost"))


def test_private_pages_are_not_kept_by_caches(client):
    client.force_login(make_user())
    assert client.get("/calls/")["Cache-Control"] == "private, no-store"


def test_no_page_counts_without_a_cap(page, django_assert_max_num_queries):
    for _ in range(30):
        make_call()
    with django_assert_max_num_queries(8) as queries:
        page("size=25")
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 10001" in sql for sql in counts)


# Calls that are live


def updates(client, html):
    return client.get(unescape(re.search(r'hx-get="(/calls/updates/[^"]*)"', html)[1])).content.decode()


def test_calls_that_begin_are_announced_and_nothing_moves(page, client):
    make_call()
    html = page("status=completed")
    assert updates(client, html).strip() == ""
    make_call(started_at=NOON + timedelta(seconds=1))
    make_call(started_at=NOON + timedelta(seconds=2))
    make_call(started_at=NOON + timedelta(seconds=3), status="busy")
    announced = updates(client, html)
    assert "2 new calls – show" in announced
    assert 'href="/calls/?status=completed"' in announced
    assert rows_of(announced) == []


def test_a_live_call_is_replaced_where_it_stands(page, client):
    call = make_call(status="in_progress", duration_ms=None)
    html = page("status=in_progress")
    call.status, call.duration_ms = "completed", 61_000
    call.save()
    changed = updates(client, html)
    assert rows_of(changed) == [str(call.pk)]
    assert 'hx-swap-oob="true"' in changed
    assert "1:01" in changed


def test_later_pages_and_other_orders_are_not_followed(page):
    make_call()
    assert "/calls/updates/" not in page("sort=cost")


def test_updates_tell_only_of_visible_calls(client):
    call = make_call(status="ringing", assistant=make_assistant())
    client.force_login(make_user(sees_all=True))
    address = re.search(r'hx-get="(/calls/updates/[^"]*)"', client.get("/calls/").content.decode())[1]
    client.force_login(make_user())
    assert str(call.pk) not in rows_of(client.get(unescape(address)).content.decode())


def news_of(page, client, **headers):
    address = re.search(r'hx-get="(/calls/updates/[^"]*)"', page())[1]
    return client.get(unescape(address), headers=headers)


def test_news_of_a_log_in_which_nothing_changed_are_empty(page, client, django_assert_max_num_queries):
    make_call(status="ringing")
    Call.objects.update(updated_at=NOON - timedelta(minutes=1))
    etag = news_of(page, client)["ETag"]
    address = unescape(re.search(r'hx-get="(/calls/updates/[^"]*)"', page())[1])
    with django_assert_max_num_queries(3):  # session, user, the last change
        answer = client.get(address, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    make_call()
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_what_changed_just_now_has_no_version_yet(page, client):
    make_call()
    Call.objects.update(updated_at=NOON - timedelta(seconds=4))
    assert "ETag" not in news_of(page, client)


def test_each_user_has_versions_of_their_own(page, client):
    make_call(assistant=make_assistant())
    Call.objects.update(updated_at=NOON - timedelta(minutes=1))
    address = unescape(re.search(r'hx-get="(/calls/updates/[^"]*)"', page())[1])
    etag = client.get(address)["ETag"]
    client.force_login(make_user())
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_the_first_call_is_announced_on_an_empty_page(page, client):
    html = page()
    assert updates(client, html).strip() == ""
    make_call()
    assert "1 new call – show" in updates(client, html)


def test_a_page_whose_filters_are_not_understood_is_not_followed(page):
    assert "/calls/updates/" not in page("status=x")


@pytest.mark.parametrize("arguments", [["x", "-"], ["x", "1"]])
def test_an_unreadable_place_is_not_found(page, client, arguments):
    page()
    assert client.get(reverse("calls:updates", args=arguments)).status_code == 404


# Filters with many choices


def choices(html, name):
    return re.findall(rf'type="checkbox" name="{name}" value="(\d+)"( checked)?', html)


def test_a_long_list_of_choices_is_cut_and_keeps_the_chosen(page):
    assistants = [make_assistant(f"Assistant {n:04d}") for n in range(250)]
    html = page(f"assistant={assistants[249].pk}")
    assert len(choices(html, "assistant")) == 201
    assert (str(assistants[249].pk), " checked") in choices(html, "assistant")
    assert "49 more are not listed" in text_of(html)
    assert len(html) < 300_000


def test_choices_are_found_by_a_part_of_their_name(page, client):
    assistants = [make_assistant(f"Assistant {n:04d}") for n in range(250)]
    page()
    html = client.get(f"/calls/options/assistant/?find=T+024&assistant={assistants[3].pk}").content.decode()
    assert choices(html, "assistant") == [(str(assistants[3].pk), " checked")] + [
        (str(assistant.pk), "") for assistant in assistants[240:]
    ]


def test_choices_are_found_among_the_visible_only(client):
    user = make_user()
    mine = make_assistant("Mine", viewers=(user,))
    make_assistant("Other")
    client.force_login(user)
    assert choices(client.get("/calls/options/assistant/").content.decode(), "assistant") == [(str(mine.pk), "")]


def test_other_filters_have_no_choices_to_find(page, client):
    page()
    assert client.get("/calls/options/status/").status_code == 404
