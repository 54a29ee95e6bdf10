"""A program that uses the API, to test with."""

import json

from api.models import ApiToken
from calls.tests.factory import NOON

BASE = "/api/v1/calls"


def make_token(user, **fields):
    """The token and its text."""
    defaults = {"name": "dialler", "may_read": True, "may_write": True, "now": NOON}
    return ApiToken.make(user, **defaults | fields)


class Program:
    def __init__(self, client, user, **fields):
        self.client = client
        self.token, self.text = make_token(user, **fields)

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.text}"}

    def get(self, query="", address=BASE):
        return self.client.get(f"{address}{query}", headers=self.headers)

    def send(self, content, query=""):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.client.post(f"{BASE}{query}", body, content_type="application/json", headers=self.headers)


def native(number=1, **fields):
    return {"id": f"c-{number}", "status": "completed", "started_at": "2026-11-20T14:03:11Z"} | fields


def errors_of(response):
    """The errors of a problem as (field, detail)."""
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    return [(error["field"], error["detail"]) for error in problem.get("errors", ())]
