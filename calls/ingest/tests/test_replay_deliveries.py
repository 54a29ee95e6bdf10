"""Kept deliveries, normalised again after a mapping was corrected."""

import json
from dataclasses import replace

import pytest
from django.core.management import call_command

from calls.choices import Status
from calls.ingest.intake import take
from calls.ingest.models import Delivery
from calls.ingest.providers import callmon, vapi
from calls.ingest.records import Record
from calls.models import Call

pytestmark = pytest.mark.django_db


def arrive(*payloads):
    take([Record(n, json.dumps(payload).encode(), payload) for n, payload in enumerate(payloads, 1)], "calls.jsonl")


def native(number=1, **fields):
    return {"id": f"c-{number}", "status": "completed", "started_at": "2026-11-20T14:03:11Z"} | fields


@pytest.fixture
def replayed(capsys):
    """Replay: the exit code and the last line printed."""

    def run(*arguments):
        try:
            call_command("replay_deliveries", *arguments)
            code = 0
        except SystemExit as exit_:
            code = exit_.code
        return code, capsys.readouterr().out.splitlines()[-1]

    return run


@pytest.fixture
def mapping(monkeypatch):
    """Change what the native format is understood as, until the test ends."""
    parse = callmon.parse

    def change(**fields):
        monkeypatch.setattr(callmon, "parse", lambda payload: replace(parse(payload), **fields))

    return change


def test_without_a_correction_nothing_changes(replayed):
    arrive(native(1, status="in_progress"), native(1, variables={"a": 1}), native(2))
    before = list(Call.objects.values())
    assert replayed() == (0, "created=0 updated=0 unchanged=3 ignored=0 rejected=0")
    assert list(Call.objects.values()) == before


def test_a_corrected_mapping_changes_the_call(replayed, mapping):
    arrive(native(1, ended_reason="wrong"))
    mapping(ended_reason="right")
    assert replayed() == (0, "created=0 updated=1 unchanged=0 ignored=0 rejected=0")
    assert Call.objects.get().ended_reason == "right"


def test_what_is_no_longer_said_is_taken_back(replayed, mapping):
    arrive(
        native(
            1,
            variables={"a": 1},
            ended_reason="wrong",
            cost="1",
            metadata={"b": 2},
            transcript=[{"text": "hi", "speaker": "caller"}],
        )
    )
    mapping(variables={"c": 3}, ended_reason=None, cost=None, metadata={}, transcript=())
    replayed()
    call = Call.objects.get()
    assert (call.ended_reason, call.cost, call.metadata) == ("", None, {})
    assert list(call.variables.values_list("name", "value")) == [("c", 3)]
    assert not hasattr(call, "transcript")


def test_a_status_that_was_read_too_high_gives_way_to_the_others(replayed, monkeypatch):
    arrive(native(1, status="failed"))
    arrive(native(1, status="completed"))
    parse = callmon.parse
    corrected = {"failed": Status.FAILED, "completed": Status.RINGING}
    monkeypatch.setattr(callmon, "parse", lambda payload: replace(parse(payload), status=corrected[payload["status"]]))
    replayed()
    assert Call.objects.get().status == "failed"


def test_what_others_said_stays(replayed, mapping):
    arrive(native(1))
    Call.objects.update(ended_reason="from elsewhere")
    mapping(from_number="+12025550123")
    replayed()
    assert (Call.objects.get().ended_reason, Call.objects.get().from_number) == ("from elsewhere", "+12025550123")


def test_only_what_failed_is_tried_when_asked(replayed, monkeypatch):
    arrive(native(1))
    with monkeypatch.context() as patch:
        patch.setattr(callmon, "parse", lambda payload: 1 / 0)
        arrive(native(2))
    assert replayed("--failed") == (0, "created=1 updated=0 unchanged=0 ignored=0 rejected=0")
    assert not Delivery.objects.filter(state="rejected").exists()


def test_only_one_provider_is_replayed_when_asked(replayed, monkeypatch):
    arrive(native(1))
    monkeypatch.setattr(vapi, "parse", lambda payload: 1 / 0)
    assert replayed("--provider", "vapi") == (0, "created=0 updated=0 unchanged=0 ignored=0 rejected=0")


def test_what_is_still_broken_is_rejected(replayed):
    arrive({"hello": "world"})
    take([Record(1, b"{oops", None, "not JSON: here")], "calls.jsonl")
    assert replayed() == (1, "created=0 updated=0 unchanged=0 ignored=0 rejected=2")
    assert set(Delivery.objects.values_list("reason", flat=True)) == {
        "not recognised as a payload of any platform: name its provider",
        "not JSON: here",
    }


def test_a_delivery_that_is_no_longer_understood_keeps_its_call(replayed, monkeypatch):
    arrive(native(1, ended_reason="kept"))
    monkeypatch.setattr(callmon, "parse", lambda payload: 1 / 0)
    assert replayed()[0] == 1
    assert Delivery.objects.get().call.ended_reason == "kept"
