"""Calls that programs send, through the same intake as everything else: kept as deliveries, understood, stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from api.models import ApiToken
from api.problems import Error, Problem, error, error_of_record
from calls.ingest.arrivals import Arrival, Outcome
from calls.ingest.intake import take
from calls.ingest.normalised import Json
from calls.ingest.providers import callmon
from calls.ingest.records import Record, record_in, record_of
from calls.models import Call

MOST_CALLS = 1_000
MOST_BYTES = 30 * 1024 * 1024
TAKES = f"takes a call, or a list of 1 to {MOST_CALLS:,} calls, as JSON"


class NothingStored(Exception):
    """Undoes what was stored before one of the calls was rejected."""


def body_of(request: HttpRequest) -> bytes:
    """Read past Django's own limit, which is made for forms. Raises Problem."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Problem(413, f"The body has more than {MOST_BYTES >> 20} MB. Send fewer calls at a time.")
    return body


def records_of(body: bytes) -> tuple[list[Record], bool]:
    """The calls of a body, and whether it is a list. Raises Problem."""
    values = json_of(body)
    is_list = isinstance(values, list)
    calls = values if isinstance(values, list) else [values]
    if not 1 <= len(calls) <= MOST_CALLS:
        raise Problem(400, f"The body {TAKES}; it has {len(calls):,}.", [error("", TAKES)])
    return [record_of(place, text_of(call), call) for place, call in enumerate(calls, start=1)], is_list


def json_of(body: bytes) -> Json:
    """Raises Problem with the words that a file with this content would get."""
    record = record_in(1, body)
    if record.payload is not None:
        return record.payload
    try:
        values = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Problem(400, f"The body {TAKES}.", [error("", record.problem)]) from None
    if not isinstance(values, list):
        raise Problem(400, f"The body {TAKES}.", [error("", record.problem)])
    return values


def text_of(call: Json) -> bytes:
    return json.dumps(call, ensure_ascii=False).encode("utf-8", "surrogatepass")


def send(records: Sequence[Record], token: ApiToken) -> list[Arrival]:
    return take(records, f"API, {token.name}", callmon.NAME)


def send_all_or_nothing(records: Sequence[Record], token: ApiToken) -> list[Arrival]:
    """When one is rejected, none is stored or kept."""
    arrivals: list[Arrival] = []
    try:
        with transaction.atomic():
            arrivals = send(records, token)
            if any(arrival.outcome == Outcome.REJECTED for arrival in arrivals):
                raise NothingStored
    except NothingStored:
        pass
    return arrivals


def results_of(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    """What became of each call, in their order."""
    pks = {pk for arrival in arrivals if (pk := arrival.delivery.call_id)}
    calls = Call.objects.filter(pk__in=pks).only("uuid", "source", "external_id").in_bulk()
    return [result_of(place, arrival, calls) for place, arrival in enumerate(arrivals)]


def result_of(index: int, arrival: Arrival, calls: dict[int, Call]) -> dict[str, Any]:
    result: dict[str, Any] = {"index": index, "outcome": arrival.outcome}
    if arrival.outcome == Outcome.REJECTED:
        return {**result, "errors": errors_of(arrival)}
    call = calls[arrival.delivery.call_id or 0]
    return {**result, "id": str(call.uuid), "source": call.source, "external_id": call.external_id}


def errors_of(arrival: Arrival) -> list[Error]:
    if arrival.rejection is not None:
        return [error_of_record(arrival.rejection)]
    return [error("", "could not be stored, which is our fault")]


def nothing_stored(arrivals: Sequence[Arrival], rejected: Sequence[int]) -> Problem:
    """The field of an error begins with the place of its call: [3].status."""
    errors = [
        error(f"[{place}]{'.' if one['field'] else ''}{one['field']}", one["detail"])
        for place in rejected
        for one in errors_of(arrivals[place])
    ]
    return Problem(422, f"{len(rejected):,} of {len(arrivals):,} calls were rejected, so none is stored.", errors)
