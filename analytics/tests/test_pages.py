"""The page of analytics and its sections, by request."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import plotly.graph_objects
import pytest
import time_machine
from django.http import QueryDict

from analytics.sections import SECTIONS
from calls.filters import CallFilter
from calls.models import CostItem, ResponseTime
from calls.tests.factory import NOON, make_assistant, make_call, make_campaign, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

STATUSES = ["completed", "completed", "voicemail", "busy", "failed", "in_progress"]


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def user(db):
    return make_user(sees_all=True)


@pytest.fixture
def page(client, user):
    client.force_login(user)
    return lambda path="", query="", **headers: client.get(f"/analytics/{path}?{query}", headers=headers)


@pytest.fixture
def html(page):
    return lambda *args: page(*args).content.decode()


@pytest.fixture
def part(page):
    """A section as htmx gets it."""
    return lambda name, query="": page(f"{name}/", query, **{"HX-Request": "true"}).content.decode()


@pytest.fixture
def calls(db):
    """Calls of 40 days with all that analytics divides them by."""
    assistants, campaign = [make_assistant("Support line"), make_assistant("Renewals")], make_campaign("Spring")
    for number in range(48):
        talks = number % 6 < 3
        call = make_call(
            status=STATUSES[number % 6],
            assistant=assistants[number % 5 % 2],
            campaign=campaign if number % 3 else None,
            direction=("inbound", "outbound", "")[number % 3],
            from_number=("+12025550123", "+4930123456")[number % 2],
            ended_reason=("customer-ended-call", "")[number % 2],
            started_at=NOON - timedelta(hours=20 * number, minutes=7),
            duration_ms=25_000 * (number % 7 + 1) if talks else None,
            variables={"topic": ("order", "refund", "a: b")[number % 3], "score": number % 30, "ok": number % 2 == 0},
        )
        CostItem.objects.create(call=call, component="llm", amount="0.4")
        ResponseTime.objects.create(call=call, kind="turn", at_ms=5000, duration_ms=600 + number)


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def figures(html):
    """The figures of the charts, as Plotly gets them."""
    return [json.loads(unescape(text)) for text in re.findall(r"data-figure='([^']*)'", html)]


def table(html, id):
    """The cells of a table, a list for each row: (text, query of the link or None)."""
    body = re.search(rf'<table class="[^"]*" id="{id}">.*?<tbody>(.*?)</tbody>', html, re.S)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [[cell_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


def cell_of(cell):
    link = re.search(r'href="/calls/\?([^"]*)"', cell)
    return text_of(re.sub(r'<span class="visually-hidden">.*?</span>', "", cell)), link and unescape(link[1])


# Who may see what


@pytest.mark.parametrize("path", ["", "metrics/", "trends/", "patterns/", "captured/"])
def test_analytics_asks_who_is_there(client, path):
    response = client.get(f"/analytics/{path}")
    assert (response.status_code, response["Location"][:17]) == (302, "/accounts/login/?")


def test_only_the_calls_that_one_may_see_are_counted(client):
    mia = make_user("mia")
    make_call(assistant=make_assistant(viewers=(mia,)))
    make_call(assistant=make_assistant("Secret line"), variables={"secret": "x"})
    client.force_login(mia)
    for name in SECTIONS:
        html = client.get(f"/analytics/{name}/").content.decode()
        assert "Secret line" not in html
        assert "secret" not in html
    assert text_of(re.search(r'class="metric-value".*?</p>', html, re.S)[0])[-1] == "1"


def test_there_are_no_other_sections(page):
    assert page("others/").status_code == 404


# The page


def test_the_page_shows_trends_at_once_and_leads_to_the_other_sections(html, calls):
    page = html("", "period=30d")
    assert "Calls by status" in page
    for name in list(SECTIONS)[1:]:
        assert f'<a href="/analytics/{name}/?period=30d"' in page


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_is_a_page_and_a_part(html, part, calls, name):
    whole, alone = html(f"{name}/", "period=30d"), part(name, "period=30d")
    assert whole.startswith("<!doctype html>")
    assert alone.startswith("<section")
    assert f'id="{name}"' in whole
    assert f'id="{name}"' in alone


def test_the_selection_stands_in_words_with_its_chips(html, calls):
    page = html("", "period=30d&status=busy&by=week")
    assert "Calls of last 30 days, busy, UTC" in text_of(page)
    assert 'href="?period=30d&amp;by=week"' in page


def test_a_value_that_is_not_understood_selects_nothing_and_says_so(html, calls):
    page = html("", "status=colour")
    assert "Nothing is shown" in page
    assert "“colour”: takes" in text_of(page)
    assert not figures(page)


@pytest.mark.parametrize(
    "name", ["by", "against", "kind", "shade", "breakdown", "order", "metric", "weekdays", "figures"]
)
def test_an_own_parameter_that_is_not_understood_is_named_and_the_default_shown(html, calls, name):
    section = next(section.name for section in SECTIONS.values() if name in section.parameters)
    page = html(f"{section}/", f"period=30d&{name}=colour")
    assert f"{name}: “colour”: takes" in text_of(page)
    assert 'class="field-error"' in page


def test_an_unknown_parameter_is_named(html, calls):
    assert "“colour” is not a parameter" in html("", "colour=red")


def test_nothing_is_a_dash_and_an_empty_state(html):
    page = html("", "period=7d")
    assert [text_of(value) for value in re.findall(r'<p class="metric-value">(.*?)</p>', page)] == ["0", "–", "–", "–"]
    empty = html("", "")
    assert "There are no calls to show" in empty
    for name in SECTIONS:
        assert html(f"{name}/", "")


def test_the_filters_send_the_own_parameters_along(html, calls):
    page = html("", "period=30d&by=week&metric=cost")
    for name, value in (("by", "week"), ("metric", "cost")):
        assert f'<input type="hidden" form="filters" name="{name}" value="{value}">' in page


def test_the_first_view_fits_its_budget(page, calls, django_assert_max_num_queries):
    page("", "period=365d&by=day")
    with django_assert_max_num_queries(14):
        content = page("", "period=365d&by=day").content
    assert len(gzip.compress(content)) < 250_000


# Charts


@pytest.mark.parametrize("name", ["trends", "costs", "captured"])
@pytest.mark.parametrize("query", ["period=30d", "period=today", "by=week", "by=month", "period=90d&against=previous"])
def test_each_figure_is_one_that_plotly_understands(part, calls, name, query):
    found = figures(part(name, f"{query}&captured=score"))
    assert found
    for figure in found:
        plotly.graph_objects.Figure(figure)


def test_bars_and_table_say_the_same(part, calls):
    html = part("trends", "period=30d")
    bars = figures(html)[0]["data"]
    rows = table(html, "calls-by-status")
    for bar in bars:
        assert [str(value) for value in bar["y"]] == [row[bar["meta"]["column"]][0] for row in rows]
    assert sum(sum(bar["y"]) for bar in bars) == sum(int(row[-1][0]) for row in rows) == 36


def test_a_long_table_is_sent_when_it_is_asked_for(page, part, calls):
    query = "period=365d&by=day"
    brief = part("trends", query)
    assert 'id="calls-by-status"' not in brief
    assert f'<a href="/analytics/?{query.replace("&", "&amp;")}&amp;figures=all">Show the figures</a>' in brief
    assert len(figures(brief)) == 3
    for html in (part("trends", f"{query}&figures=all"), page("", f"{query}&figures=all").content.decode()):
        assert len(table(html, "calls-by-status")) == 365
        assert "Show the figures" not in html


@pytest.mark.parametrize("query", ["period=30d", "period=today", "by=week&status=busy&status=failed", "by=month"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_each_count_of_the_trend_links_to_exactly_its_calls(part, calls, user, settings, query, zone):
    settings.TIME_ZONE = zone
    rows = table(part("trends", query), "calls-by-status")
    assert_links_lead_to_their_counts([cell for row in rows for cell in row[1:]], user)


@pytest.mark.parametrize(
    ("name", "id", "columns"),
    [
        ("patterns", "breakdown", (1,)),
        ("patterns", "heat", range(1, 25)),
        ("captured", "values", (1,)),
        ("captured", "captured-over-time", (1, 2, 3)),
        ("changes", "changes-assistant", (6, 7)),
        ("changes", "changes-campaign", (6, 7)),
    ],
)
def test_each_count_of_a_table_links_to_exactly_its_calls(part, calls, user, name, id, columns):
    rows = table(part(name, "period=30d&captured=topic"), id)
    assert_links_lead_to_their_counts([row[column] for row in rows for column in columns], user)


@pytest.mark.parametrize(
    "dimension", ["campaign", "direction", "status", "ended_reason", "country", "hour", "duration"]
)
def test_each_segment_links_to_exactly_its_calls(part, calls, user, dimension):
    rows = table(part("patterns", f"period=30d&breakdown={dimension}"), "breakdown")
    assert sum(int(row[1][0]) for row in rows) == 36
    assert_links_lead_to_their_counts([row[1] for row in rows], user)


def assert_links_lead_to_their_counts(cells, user):
    linked = [(text, query) for text, query in cells if query is not None]
    assert linked
    for text, query in linked:
        assert CallFilter.for_user(QueryDict(query), user).qs.count() == int(text), query


def test_a_count_without_calls_has_no_link(part, calls):
    rows = table(part("trends", "period=30d"), "calls-by-status")
    assert all(query is None for row in rows for text, query in row[1:] if text == "0")


def test_the_axis_names_zone_and_unit(part, calls, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    layout = figures(part("trends", "period=30d"))[0]["layout"]
    assert (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]) == ("Asia/Kolkata", "calls")


def test_a_bucket_that_is_not_over_is_marked_in_chart_and_table(part, calls):
    html = part("trends", "period=30d")
    pattern = figures(html)[0]["data"][0]["marker"]["pattern"]["shape"]
    assert (set(pattern[:-1]), pattern[-1]) == ({""}, "/")
    assert table(html, "calls-by-status")[-1][0][0] == "Fri 20 Nov 2026 not over yet"


def test_the_hours_of_a_day_of_25_hours_stand_once_each(part, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    for minute in (30, 90):  # half past two, twice
        make_call(started_at=datetime(2026, 10, 25, 0, minute % 60, tzinfo=UTC) + timedelta(hours=minute // 60))
    html = part("trends", "from=2026-10-25&to=2026-10-25&by=hour")
    rows = table(html, "calls-by-status")
    assert len(rows) == 24
    assert [row[1][0] for row in rows if row[1][0] != "0"] == ["2"]


# Comparison


def test_two_periods_stand_side_by_side_with_their_difference(part, calls):
    html = part("trends", "period=7d&against=previous")
    assert [text for text, _ in table(html, "comparison")[0]] == ["Total calls", "8", "9", "−1", "−11 %"]
    row = table(html, "calls-by-status")[-1]
    assert row[-3][0] == "Fri 13 Nov 2026"
    assert int(row[-4][0]) - int(row[-2][0]) == int(row[-1][0].replace("−", "-").replace("±", ""))
    assert figures(html)[0]["data"][-1]["name"] == "Before"


def test_a_chosen_period_asks_for_its_first_day(html, calls):
    page = html("", "period=7d&against=chosen")
    assert "Choose the first day" in page
    assert 'name="chosen" type="date"' in page


def test_a_day_that_is_none_is_named_beside_its_field(html, calls):
    page = html("", "period=7d&against=chosen&chosen=2026-13-01")
    assert 'aria-describedby="e-chosen"' in page
    assert "takes a day as YYYY-MM-DD" in page


def test_a_change_is_told_in_one_sentence(part, calls):
    html = part("changes", "period=7d&metric=calls")
    assert "Total calls fell from 9 to 8" in text_of(html)
    assert "14–20 Nov 2026 against 7–13 Nov 2026" in text_of(html)


def test_the_contributions_of_a_division_add_up_to_the_difference(part, calls):
    html = part("changes", "period=7d&metric=calls")
    amounts = [row[1][0].replace("−", "-").replace("±", "") for row in table(html, "changes-assistant")]
    assert sum(map(int, amounts)) == -1


# Patterns


def test_a_breakdown_is_sorted_by_any_column(part, calls):
    def names(order):
        return [row[0][0] for row in table(part("patterns", f"period=30d&order={order}"), "breakdown")]

    assert names("name") == names("-name")[::-1] == ["Renewals", "Support line"]
    html = part("patterns", "period=30d&order=-rate")
    assert re.search(r'aria-sort="descending"[^>]*><a [^>]*href="[^"]*order=rate"', html)


def test_hours_are_shaded_by_what_is_chosen(part, calls):
    html = part("patterns", "period=30d&shade=completed_rate")
    assert "Completed rate by weekday and hour" in html
    assert re.search(r'title="\w+ \d\d:00–\d\d:59: 100.0 %, 1 call"', html)


# Captured variables


def test_a_variable_shows_how_often_and_with_which_values_it_is_captured(part, calls):
    html = part("captured", "period=30d&captured=ok")
    assert "captured by 36 of 36 calls · 2 values · true in 50.0 %" in text_of(html)
    assert [row[0][0] for row in table(html, "values")] == ["false", "true", "Not captured"]


def test_numbers_have_a_histogram_with_their_median(part, calls):
    html = part("captured", "period=30d&captured=score")
    assert "median" in text_of(html)
    assert sum(figures(html)[0]["data"][0]["y"]) == 36


def test_text_from_callers_stays_text(part):
    name, value = "<b>name</b>", "<script>alert(1)</script>%{x}'"
    make_call(variables={name: value}, ended_reason=value, assistant=make_assistant(value))
    for section, query in (("captured", ""), ("patterns", "breakdown=ended_reason"), ("changes", "period=7d")):
        html = part(section, query)
        assert "<script>alert" not in unescape(html) or "<script>alert" not in html
        assert "<b>name" not in html
    bar = figures(part("captured"))[0]["data"][0]
    assert "&lt;script&gt;" in bar["hovertemplate"]
    assert "%{x}" not in bar["hovertemplate"]
