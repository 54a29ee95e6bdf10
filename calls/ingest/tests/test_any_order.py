"""Any order of the deliveries of a call, with repeats, gives the same call: for every provider."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import islice, permutations
from random import Random

import pytest
from django.db import transaction

from calls.ingest.providers import PROVIDERS
from calls.ingest.store import Arrived, Ledger
from calls.ingest.tests.test_store_order import picture
from calls.ingest.tests.variants import VARIANTS
from calls.models import Call

pytestmark = pytest.mark.django_db
ARRIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)
ARRIVAL = re.compile(r"2026-11-24T12:00:\d\d")
MOST_ORDERS = 200


def orders(payloads, random):
    """All orders, or as many of them as are tried, the first among them; each with some repeats."""
    everything = list(range(len(payloads)))
    all_orders = list(islice(permutations(everything), 5000))
    chosen = all_orders if len(all_orders) <= MOST_ORDERS else random.sample(all_orders, MOST_ORDERS)
    return [everything] + [[*order, *random.choices(everything, k=random.randint(0, 2))] for order in chosen]


def outcome(provider, payloads, order, random):
    """The call after these arrived in that order, some of them together."""
    cut = random.randint(0, len(order))
    with transaction.atomic():
        for batch, first in ((order[:cut], 0), (order[cut:], cut)):
            ledger = Ledger()
            for place, index in enumerate(batch, first):
                body = json.dumps(payloads[index]).encode()
                call = PROVIDERS[provider].parse(json.loads(body))
                when = ARRIVED + timedelta(seconds=place)
                ledger.store(Arrived(call, when, hashlib.sha256(body).hexdigest()))
            ledger.write()
        assert Call.objects.count() == 1
        result = ARRIVAL.sub("arrival", picture())  # what tells of no moment is as old as its arrival
        transaction.set_rollback(True)
    return result


@pytest.mark.parametrize("provider", VARIANTS)
def test_any_order_gives_the_same_call(provider):
    payloads, random = VARIANTS[provider](), Random(provider)
    expected = None
    for order in orders(payloads, random):
        result = outcome(provider, payloads, order, random)
        expected = expected or result
        assert result == expected, order
