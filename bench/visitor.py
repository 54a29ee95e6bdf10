"""Prepares a new database to be looked at, and tells the session of an administrator."""

from __future__ import annotations

from bench.inspect_pages import signed_in
from bench.users import ADMINISTRATOR, create_users
from callmon import preparation


def main(calls: int) -> str:
    preparation.collect_static()
    create_users()
    return signed_in(ADMINISTRATOR).cookies["sessionid"].value
