"""POST /api/v1/calls."""

import json

import pytest
from django.contrib.auth.models import Permission

from api import sending
from api.tests.programs import BASE, Program, errors_of, native
from calls.ingest.models import Delivery
from calls.models import Call
from calls.tests.factory import make_user

pytestmark = pytest.mark.django_db


def outcomes(response):
    return [result["outcome"] for result in response.json()["results"]]


def test_it_stores_a_call_and_says_its_id(program):
    response = program.send(native(source="my-dialler", cost="1.25"))
    call = Call.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "index": 0,
        "outcome": "created",
        "id": str(call.uuid),
        "source": "my-dialler",
        "external_id": "c-1",
    }


def test_a_call_is_kept_as_a_delivery_that_says_which_program_sent_it(program):
    program.send(native())
    delivery = Delivery.objects.get()
    assert (delivery.provider, delivery.state, delivery.origin) == ("callmon", "processed", "API, dialler:1")
    assert json.loads(delivery.raw) == native()


def test_a_call_that_is_known_is_updated(program):
    program.send(native(status="in_progress"))
    response = program.send(native())
    assert (response.status_code, response.json()["outcome"]) == (200, "updated")
    assert program.send(native()).json()["outcome"] == "unchanged"
    assert Call.objects.get().status == "completed"


@pytest.mark.parametrize(
    ("call", "field", "detail"),
    [
        ({"status": "finished"}, "status", "takes one of initiated, ringing"),
        ({"started_at": "yesterday"}, "started_at", "takes RFC 3339 with an offset"),
        ({"started_at": None}, "started_at", "is missing"),
        ({"transcript": [{"speaker": "robot", "text": ""}]}, "transcript[0].speaker", "takes one of assistant"),
        ({"colour": "red"}, "colour", "is no field"),
    ],
)
def test_a_rejected_call_is_a_problem_that_names_the_field(program, call, field, detail):
    response = program.send(native(**call))
    assert response.status_code == 422
    assert [one[0] for one in errors_of(response)] == [field]
    assert errors_of(response)[0][1].startswith(detail)
    assert Call.objects.count() == 0


def test_a_rejected_call_is_kept_with_its_reason(program):
    program.send(native(status="finished"))
    delivery = Delivery.objects.get()
    assert delivery.state == "rejected"
    assert delivery.reason.startswith("status: takes one of")


def test_each_call_of_a_list_has_its_own_result(program):
    program.send(native(1))
    response = program.send([native(1), native(2), native(3, status="finished"), 4, native(2)])
    assert response.status_code == 207
    assert outcomes(response) == ["unchanged", "created", "rejected", "rejected", "unchanged"]
    results = response.json()["results"]
    assert [result["index"] for result in results] == [0, 1, 2, 3, 4]
    assert results[1]["id"] == results[4]["id"]
    assert results[2]["errors"][0]["field"] == "status"
    assert results[3]["errors"] == [{"field": "", "detail": "not a JSON object"}]


def test_a_list_without_rejections_is_answered_with_200(program):
    assert program.send([native(1), native(2)]).status_code == 200


def test_a_thousand_calls_may_come_at_once(program, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        response = program.send([native(number) for number in range(1000)])
    assert set(outcomes(response)) == {"created"}
    assert Call.objects.count() == 1000


@pytest.mark.parametrize("number", [0, 1001])
def test_a_list_has_1_to_1000_calls(program, number):
    response = program.send([native()] * number)
    assert response.status_code == 400
    assert errors_of(response) == [("", sending.TAKES)]


def test_all_or_nothing_stores_and_keeps_nothing_when_one_is_rejected(program):
    response = program.send([native(1), native(2, status="finished")], "?all_or_nothing=true")
    assert response.status_code == 422
    assert errors_of(response)[0][0] == "[1].status"
    assert response.json()["detail"] == "1 of 2 calls were rejected, so none is stored."
    assert (Call.objects.count(), Delivery.objects.count()) == (0, 0)


def test_all_or_nothing_stores_all_when_none_is_rejected(program):
    response = program.send([native(1), native(2)], "?all_or_nothing=true")
    assert outcomes(response) == ["created", "created"]


def test_the_flag_takes_true_or_false(program):
    response = program.send(native(), "?all_or_nothing=perhaps")
    assert response.status_code == 400
    assert errors_of(response)[0][0] == "all_or_nothing"
    assert Call.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "not JSON: Expecting value at column 1"),
        (b"{", "not JSON: "),
        (b"\xff", "not UTF-8 text"),
        (b'"text"', "not a JSON object"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(program, body, detail):
    response = program.send(body)
    assert response.status_code == 400
    assert errors_of(response)[0][1].startswith(detail)


def test_a_body_that_is_too_large_is_refused(program, monkeypatch):
    monkeypatch.setattr(sending, "MOST_BYTES", 100)
    response = program.send(native(metadata={"x": "y" * 100}))
    assert response.status_code == 413
    assert Delivery.objects.count() == 0


def test_a_body_may_be_larger_than_a_form(program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert program.send(native(metadata={"x": "y" * 100})).status_code == 201


def test_a_token_that_only_reads_sends_nothing(client, user):
    response = Program(client, user, may_write=False).send(native())
    assert response.status_code == 403
    assert "write" in response.json()["detail"]
    assert Delivery.objects.count() == 0


def test_it_takes_the_permission_to_add_calls(client):
    viewer = make_user(sees_all=True)
    assert Program(client, viewer).send(native()).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="add_call"))
    assert Program(client, viewer).send(native()).status_code == 201


def test_a_fault_of_ours_in_storing_is_told_for_its_call(program, monkeypatch):
    def fail(self):
        raise RuntimeError("disk full")

    monkeypatch.setattr("calls.ingest.intake.Ledger.write", fail)
    response = program.send([native()])
    assert response.status_code == 207
    assert "our fault" in response.json()["results"][0]["errors"][0]["detail"]


def test_a_session_alone_sends_nothing(client, user):
    client.force_login(user)
    assert client.post(BASE, native(), content_type="application/json").status_code == 401
