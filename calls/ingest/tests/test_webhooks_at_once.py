"""The same delivery many times at the same moment, by threads with connections of their own."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from calls.ingest import rate, webhooks
from calls.ingest.models import Delivery
from calls.ingest.processing import process_waiting
from calls.ingest.tests.payloads import sample
from calls.ingest.tests.signing import SECRET, post
from calls.models import Assistant, Call

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


def at_once(work):
    """What each of many threads gets from it."""

    def run(number):
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(TIMES) as threads:
        return list(threads.map(run, range(TIMES)))


@pytest.fixture(autouse=True)
def quiet(settings, monkeypatch):
    settings.WEBHOOK_SECRETS = {"vapi": [SECRET]}
    monkeypatch.setattr(webhooks.bell, "ring", lambda: None)
    rate.reset()


def test_the_same_body_at_once_is_one_delivery_and_one_call():
    body = json.dumps(sample("vapi_end_of_call_report_completed")).encode()
    answers = at_once(lambda number: post(Client(), "vapi", body).status_code)
    assert (answers, Delivery.objects.count()) == ([200] * TIMES, 1)
    counts = at_once(lambda number: process_waiting())
    assert (sum(counts), Call.objects.count(), Assistant.objects.count()) == (1, 1, 1)


def test_many_bodies_of_one_call_at_once_are_one_call():
    payload = sample("vapi_end_of_call_report_completed")

    def deliver(number):
        payload["message"]["timestamp"] += 1
        body = json.dumps({**payload, "number": number}).encode()
        return post(Client(), "vapi", body).status_code, process_waiting()

    answers = at_once(deliver)
    process_waiting()
    assert {status for status, _ in answers} == {200}
    assert (Call.objects.count(), Delivery.objects.filter(state="processed").count()) == (1, TIMES)
