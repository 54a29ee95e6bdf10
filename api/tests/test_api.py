"""The API as a whole: its document, its pages, and what no program can do to it."""

import json

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.endpoints import document
from api.tests.programs import Program, native
from calls.tests.factory import make_user

pytestmark = pytest.mark.django_db
# One database for all examples of a test: they may see each other's calls.
TOGETHER = settings(
    deadline=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
schema = schemathesis.openapi.from_dict(document())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_document_is_served_to_anybody(client):
    response = client.get("/api/v1/openapi.json")
    assert response.json()["openapi"] == "3.1.0"
    assert list(response.json()["paths"]) == ["/calls", "/calls/{uuid}"]


def test_the_document_names_the_address_of_this_site(client):
    assert client.get("/api/v1/openapi.json").json()["servers"] == [{"url": "http://127.0.0.1:8000/api/v1"}]


def test_the_page_about_it_names_every_operation_and_parameter_without_scripts_of_others(client):
    page = client.get("/api/v1/docs").content.decode()
    for words in ("/calls/{uuid}", "all_or_nothing", "min_duration", "NativeCall", "started_at"):
        assert words in page
    assert "https://cdn" not in page


@pytest.mark.parametrize("address", ["", "calls/", "nothing", "calls/1/2"])
def test_an_address_that_there_is_not_is_a_problem(client, address):
    response = client.get(f"/api/v1/{address}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_an_address_does_not_take_is_a_problem(program):
    response = program.client.delete("/api/v1/calls", headers=program.headers)
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert "POST" in response["Allow"]


def test_a_fault_of_ours_is_a_problem_without_its_cause(program, monkeypatch, caplog):
    monkeypatch.setattr("api.endpoints.read_list", lambda *arguments: 1 / 0)
    response = program.get("?phone=%2B12025550123")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert "zero" not in response.content.decode()
    assert "2025550123" not in caplog.text


def test_answers_are_kept_by_nobody(program):
    assert program.get()["Cache-Control"] == "private, no-store"


@schema.parametrize()
@TOGETHER
def test_whatever_a_program_asks_is_answered_as_the_document_says(case):
    request = requests.Request(**case.as_transport_kwargs(base_url="http://127.0.0.1:8000/api/v1")).prepare()
    case.validate_response(answer_to(request), checks=CHECKS)


def answer_to(request):
    """The answer of the site to a request of the library that schemathesis speaks."""
    client = Client()
    program = Program(client, make_user(is_superuser=True))
    response = client.generic(
        request.method,
        request.path_url,
        request.body or b"",
        content_type=request.headers.get("Content-Type", ""),
        headers=program.headers,
    )
    headers = {name.lower(): [value] for name, value in response.items()}
    return Response(response.status_code, headers, response.content, request, elapsed=0.1, verify=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@TOGETHER
@given(place=st.sampled_from(sorted(document()["components"]["schemas"]["NativeCall"]["properties"])), value=JSON)
def test_a_field_of_any_type_is_stored_or_named(place, value):
    program = Program(Client(), make_user(is_superuser=True))
    response = program.send(json.dumps([native(), native(2, **{place: value})]).encode())
    assert response.status_code in (200, 207)
    result = response.json()["results"][1]
    assert result["outcome"] != "rejected" or result["errors"][0]["detail"]
