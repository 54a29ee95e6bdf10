"""The captured variables of a call on its page."""

import re
from html import unescape

import pytest
from django.http import QueryDict

from calls.captured import filter_parameter, variable
from calls.filters import CallFilter
from calls.tests.factory import make_call, make_user

pytestmark = pytest.mark.django_db


def shown(value, name="captured"):
    return variable(make_call(variables={name: value}).variables.get())


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [
        ("12345", "12345", "string"),
        (12345, "12345", "number"),
        (1.5, "1.5", "number"),
        (True, "true", "boolean"),
        (None, "null", "null"),
        ([1, "two"], '[1, "two"]', "array"),
        ({"city": "Zürich"}, '{"city": "Zürich"}', "object"),
    ],
)
def test_a_value_keeps_its_json_type(value, text, kind):
    assert (shown(value).value, shown(value).type) == (text, kind)


def test_a_nested_value_that_fits_no_line_is_written_in_lines():
    value = {"city": "Zürich", "street": "Bahnhofstrasse 12"}
    assert shown(value).value == '{\n  "city": "Zürich",\n  "street": "Bahnhofstrasse 12"\n}'
    assert shown(value).is_tall


def test_a_long_value_is_folded_behind_its_beginning():
    assert shown("many words " * 100).preview.startswith("many words many")
    assert shown("few words").preview == ""


@pytest.mark.parametrize(
    "value", ["12345", "a b&c=d", "12:30", "", True, None, 12, 1.5, [1, "two"], {"b": 1, "a": [2]}]
)
def test_a_click_leads_to_the_calls_that_captured_the_same(client, value):
    user = make_user(sees_all=True)
    client.force_login(user)
    call = make_call(variables={"captured": value})
    make_call(variables={"captured": "another"})
    html = client.get(call.get_absolute_url()).content.decode()
    query = unescape(re.search(r'href="/calls/\?(variable=[^"]*)"', html)[1])
    assert list(CallFilter.for_user(QueryDict(query), user).qs) == [call]


@pytest.mark.parametrize("value", ["long " * 50, "x" * 300, "spaced "])
def test_a_value_that_the_log_cannot_ask_for_leads_to_all_that_captured_the_name(value):
    call = make_call(variables={"captured": value})
    assert variable(call.variables.get()).url == "/calls/?variable=captured"
    assert variable(call.variables.get()).filter_words == "Calls with any captured"


@pytest.mark.parametrize("name", ["a:b", " spaced", "x" * 301])
def test_a_name_that_the_log_cannot_ask_for_leads_nowhere(name):
    assert filter_parameter(name, "1") == ""
