"""All providers: whatever a payload looks like, it is a call, refused with a reason, or not used."""

import copy
import json
from decimal import Decimal
from functools import reduce
from operator import getitem

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.choices import Speaker
from calls.ingest.normalised import Ignored, NormalisedCall, Rejected
from calls.ingest.providers import PROVIDERS, recognise
from calls.ingest.tests.payloads import NAMES, sample
from calls.ingest.tests.test_providers_callmon import CALL, cells
from calls.ingest.tests.test_providers_export import exported

PAYLOADS = [*map(sample, NAMES), CALL, cells(CALL), exported()]
PAYLOADS += [payload["call"] for payload in PAYLOADS if isinstance(payload.get("call"), dict)]
PAYLOADS += [payload["data"] for payload in PAYLOADS if isinstance(payload.get("data"), dict)]
ODD: list[object] = [
    None,
    "",
    " ",
    0,
    -1,
    0.5,
    1e400,
    float("nan"),
    10**25,
    True,
    "abc",
    "1e999",
    "\x00",
    "\ud800",
    [],
    {},
    [None],
]
ODD += [
    [[]],
    {"a": None},
    ["x"],
    "2026-02-30T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "http://[",
    "[" * 2000,
    "x" * 5000,
]


def places(value, parents=()):
    """The way to everything in a payload."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield (*parents, name)
        yield from places(child, (*parents, name))


def spoil(payload, place, value):
    """Delete the place, or put another value there."""
    *parents, last = place
    holder = reduce(getitem, parents, payload)
    if value == "DELETE":
        del holder[last]
    else:
        holder[last] = copy.deepcopy(value)


@st.composite
def spoilt(draw):
    payload = copy.deepcopy(draw(st.sampled_from(PAYLOADS)))
    for _ in range(draw(st.integers(1, 4))):
        known = list(places(payload))
        if known:
            spoil(payload, draw(st.sampled_from(known)), draw(st.sampled_from([*ODD, "DELETE"])))
    return payload


def outcome(provider, payload):
    """The call, or the reason why there is none."""
    try:
        return provider.parse(payload)
    except (Ignored, Rejected) as error:
        return str(error)


def check(call_or_reason):
    """It is what the models can keep."""
    if isinstance(call_or_reason, NormalisedCall):
        check_call(call_or_reason)
    else:
        assert "\x00" not in call_or_reason
        assert call_or_reason.encode()


def check_call(call):
    text = json.dumps([call.variables, call.metadata, [turn.text for turn in call.transcript]], allow_nan=False)
    assert "\\u0000" not in text
    assert "\\ud800" not in text
    assert 0 < len(call.external_id) <= 200
    assert all(0 < len(name) <= 200 for name in call.variables)
    assert len(call.source) <= 40
    for value, most in (
        (call.raw_status, 100),
        (call.ended_reason, 200),
        (call.from_number, 120),
        (call.to_number, 120),
    ):
        assert value is None or 0 < len(value) <= most
    for time in (call.started_at, call.answered_at, call.ended_at, call.observed_at):
        assert time is None or time.utcoffset().total_seconds() == 0
    assert call.duration_ms is None or 0 <= call.duration_ms <= 2_147_483_647
    for amount in (call.cost, *(part.amount for part in call.cost_items)):
        assert amount is None or 0 <= amount.value < 10**8
    for turn in call.transcript:
        assert turn.text or turn.speaker == Speaker.TOOL
        assert turn.start_seconds is None or turn.start_seconds >= 0


@given(spoilt())
@settings(max_examples=500, deadline=None)
def test_any_spoilt_payload_is_a_call_or_refused_or_not_used(payload):
    for provider in {recognise(payload), *PROVIDERS.values()} - {None}:
        check(outcome(provider, payload))


@pytest.mark.parametrize("name", NAMES)
def test_a_text_that_is_too_long_in_any_place_is_cut_or_refused(name):
    for place in list(places(sample(name))):
        payload = sample(name)
        spoil(payload, place, "x" * 5000)
        check(outcome(PROVIDERS[name.split("_")[0]], payload))


@given(st.recursive(st.sampled_from(ODD), lambda children: st.lists(children) | st.dictionaries(st.text(), children)))
@settings(max_examples=100, deadline=None)
def test_any_json_at_all_is_recognised_or_not(payload):
    for provider in {recognise(payload), *PROVIDERS.values()} - {None}:
        check(outcome(provider, payload))


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_is_recognised_and_not_refused(name):
    provider = recognise(sample(name))
    assert provider is PROVIDERS[name.split("_")[0]]
    assert isinstance(outcome(provider, sample(name)), NormalisedCall)


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_means_the_same_with_its_numbers_as_decimals(name):
    text = json.dumps(sample(name))
    provider = recognise(sample(name))
    assert outcome(provider, json.loads(text, parse_float=Decimal)) == outcome(provider, sample(name))


@pytest.mark.parametrize("provider", PROVIDERS.values())
def test_a_payload_that_is_no_object_is_refused(provider):
    with pytest.raises(Rejected, match="takes an object, not 'text'"):
        provider.parse("text")
