"""Looks at the log page from inside: what it asks the database, how long that takes alone, and by which plan.

A case is told as the parent process needs it: with the query string of its page when links have been followed.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable
from html import unescape
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from bench.cases import Case, cases
from bench.users import ADMINISTRATOR, VIEWER

PATH = "/calls/"
ROW = re.compile(rb'<tr id="call-')
REPEATS = 5
# No statement is repeated beyond this.
ENOUGH_MS = 1_000
# The plan is shown of a statement that takes longer.
SLOW_MS = 2.0
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN (ANALYZE, BUFFERS)"}

Statement = tuple[str, Any]


def main(calls: int, part: str) -> list[dict[str, Any] | None]:
    """The cases that have `part` in their name."""
    clients = {name: signed_in(name) for name in (ADMINISTRATOR, VIEWER)}
    return [examine(case, clients[case.user]) for case in cases(calls) if part in case.name]


def signed_in(name: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=name))
    return client


def examine(case: Case, client: Client) -> dict[str, Any] | None:
    """What is to be told of a case; None when the database gave up on it."""
    statements: list[Statement] = []
    try:
        query = followed(case, client)
        fetch(client, query)  # what is cached between requests is in place for the second one
        with connection.execute_wrapper(recorder(statements)):
            content = fetch(client, query)
    except OperationalError as error:
        print(f"{case.name}: ?{case.query}: {error}", file=sys.stderr, flush=True)
        return None
    times = [milliseconds(statement) for statement in statements]
    slowest = max(range(len(times)), key=times.__getitem__)
    return {
        "name": case.name,
        "cookie": client.cookies["sessionid"].value,
        "query": query,
        "peer": case.peer,
        "rows": len(ROW.findall(content)),
        "queries": len(statements),
        "sql_ms": sum(times),
        "slowest_ms": times[slowest],
        "plan": plan(statements[slowest]) if times[slowest] > SLOW_MS else "",
    }


def fetch(client: Client, query: str) -> bytes:
    response = client.get(f"{PATH}?{query}")
    if response.status_code != 200 or b"field-error" in response.content or b"alert-danger" in response.content:
        raise RuntimeError(f"{PATH}?{query} is not a page of calls: {response.status_code}")
    return response.content


def followed(case: Case, client: Client) -> str:
    """The query string to measure: the case's own, or that of the link on its page."""
    if not case.link:
        return case.query
    links = re.findall(r'<a [^>]*href="\?([^"]*)"[^>]*rel="(\w+)"', fetch(client, case.query).decode())
    return next(unescape(query) for query, relation in links if relation == case.link)


def recorder(statements: list[Statement]) -> Callable[..., Any]:
    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    return record


def milliseconds(statement: Statement) -> float:
    """The median of executing it and reading all its rows."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        execute(*statement)
        times.append((time.perf_counter() - began) * 1000)
        if sum(times) > ENOUGH_MS:
            break
    return statistics.median(times)


def execute(sql: str, params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def plan(statement: Statement) -> str:
    sql, params = statement
    rows = execute(f"{EXPLAIN[connection.vendor]} {sql}", params)
    return "\n".join([f"{sql} {params}", *(str(row[-1]) for row in rows)])
