"""What a call cost, by component."""

from decimal import Decimal

import pytest

from calls.breakdown import cost
from calls.models import CostItem
from calls.tests.factory import make_call

pytestmark = pytest.mark.django_db

USD = {"amount": "0.0125", "unit": "USD", "path": "message.cost", "credits_per_usd": "100"}


def make_costs(call, **amounts):
    for component, amount in amounts.items():
        CostItem.objects.create(call=call, component=component, amount=Decimal(amount))
    return cost(call)


def origins(call):
    return [part.origin for row in cost(call).rows for part in row.parts]


def test_costs_are_summed_by_component_and_the_largest_comes_first():
    call = make_call(cost=Decimal("1.2500"))
    make_costs(call, llm="0.2000", telephony="0.8500")
    found = make_costs(call, llm="0.2000")
    assert [(row.label, row.amount, row.start, row.width) for row in found.rows] == [
        ("Telephony", "0.85", "0.00", "68.00"),
        ("Language model", "0.40", "68.00", "32.00"),
    ]
    assert (found.rest, found.total) == ("", "1.25")


def test_the_points_of_the_amounts_stand_under_each_other():
    call = make_call(cost=Decimal("14.5"))
    make_costs(call, llm="8.6755", tts="5.58")
    found = make_costs(call, llm="0.0025")
    assert [row.amount for row in found.rows] == ["8.6780", "5.5800"]
    assert [part.amount for row in found.rows for part in row.parts] == ["8.6755", "0.0025", "5.5800"]
    assert (found.rest, found.total) == ("0.2420", "14.5000")


@pytest.mark.parametrize(
    ("total", "label", "rest"), [("1.5000", "Not itemised", "0.25"), ("1.0000", "Itemised beyond the total", "-0.25")]
)
def test_a_difference_to_the_total_is_shown(total, label, rest):
    found = make_costs(make_call(cost=Decimal(total)), llm="1.2500")
    assert (found.rest_label, found.rest) == (label, rest)


def test_without_a_total_the_sum_is_the_total():
    found = make_costs(make_call(cost=None), llm="1.2500", tts="0.0025")
    assert (found.rest, found.total, found.total_origin) == ("", "1.2525", "The sum of its parts")


def test_a_total_without_parts_is_shown():
    assert cost(make_call(cost=Decimal("1.25"))).total == "1.25"


def test_a_cost_that_is_not_known_is_none():
    assert cost(make_call(cost=None)).total == ""


def test_costs_of_nothing_divide_by_nothing():
    assert make_costs(make_call(cost=Decimal(0)), llm="0").rows[0].width == "0.00"


def test_a_discount_has_no_place_on_the_bar():
    found = make_costs(make_call(cost=Decimal("1.00")), llm="1.50", other="-0.50")
    assert [(row.start, row.width) for row in found.rows] == [("0.00", "100.00"), ("100.00", "0.00")]


def test_the_total_says_where_it_comes_from():
    call = make_call(source="vapi", metadata={"cost_source": USD})
    assert cost(call).total_origin == "From Vapi: message.cost, USD 0.0125 at 100 credits"


def test_a_total_in_credits_says_so():
    assert cost(make_call(source="elevenlabs")).total_origin == "From ElevenLabs, in credits"


@pytest.mark.parametrize(
    ("item", "origin"),
    [
        ({"raw_amount": "0.0067", "path": "costs[2].cost"}, "From Vapi: costs[2].cost, USD 0.0067 at 100 credits"),
        ({"raw_amount": "0.67", "raw_unit": "USD cents"}, "From Vapi: 0.67 US cents at 100 credits for a dollar"),
        ({"raw_amount": "", "raw_unit": "", "path": "a.b"}, "From Vapi: a.b, in credits"),
        ({"raw_amount": "12", "raw_unit": "credits"}, "From Vapi: credits 12"),
        ({"raw_amount": "nonsense", "raw_unit": "EUR"}, "From Vapi: EUR nonsense"),
    ],
)
def test_a_part_says_where_it_comes_from(item, origin):
    call = make_call(source="vapi", metadata={"cost_source": USD})
    CostItem.objects.create(call=call, component="llm", amount=Decimal("0.67"), **{"raw_unit": "USD"} | item)
    assert origins(call) == [origin]


@pytest.mark.parametrize(
    ("raw", "amount", "origin"),
    [("0.0134", "2.68", "USD 0.0134 at 200 credits"), ("0.000001", "0.0001", "USD 0.000001"), ("0", "0", "USD 0")],
)
def test_a_rate_that_is_not_kept_is_computed_where_the_amounts_tell(raw, amount, origin):
    call = make_call(source="retell")
    CostItem.objects.create(call=call, component="llm", amount=Decimal(amount), raw_amount=raw, raw_unit="USD")
    assert origins(call) == [f"From Retell: {origin}"]
