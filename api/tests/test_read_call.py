"""GET /api/v1/calls/<uuid>."""

import pytest

from api.schemas import FullCall
from api.tests.programs import BASE, Program, native
from calls.models import Call, Note
from calls.tests.factory import make_assistant, make_call, make_user

pytestmark = pytest.mark.django_db

EVERYTHING = {
    "source": "my-dialler",
    "cost": "1.2500",
    "cost_items": [{"component": "llm", "amount": "1.2500"}],
    "transcript": [{"speaker": "assistant", "start_seconds": 0.0, "text": "Hello!"}],
    "variables": {"order_id": "12345", "satisfied": True},
    "response_times": [{"kind": "llm", "at_seconds": 3.9, "duration_ms": 640}],
    "recording": {"url": "https://media.example.com/c-1.wav"},
    "metadata": {"queue": "east"},
}


def test_it_tells_everything_about_a_call(program, user):
    sent = program.send(native(**EVERYTHING)).json()
    Note.objects.create(call=Call.objects.get(), author=user, text="Call back")
    response = program.get(address=f"{BASE}/{sent['id']}")
    call = response.json()
    for name in ("cost_items", "transcript", "variables", "response_times", "metadata"):
        assert call[name] == EVERYTHING[name]
    assert [(note["text"], note["author"]) for note in call["notes"]] == [("Call back", "ann")]
    assert (call["recording"], call["raw_status"]) == ("pending", None)
    assert sorted(call) == sorted(FullCall.model_fields)
    FullCall.model_validate(call)


@pytest.mark.parametrize("name", ["00000000-0000-4000-8000-000000000000", "nonsense", "1"])
def test_what_does_not_exist_is_not_found(program, name):
    response = program.get(address=f"{BASE}/{name}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_what_the_user_of_the_token_may_not_see_is_not_found(client):
    call = make_call(assistant=make_assistant())
    assert Program(client, make_user()).get(address=f"{BASE}/{call.uuid}").status_code == 404
