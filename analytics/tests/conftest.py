import pytest
from django.http import QueryDict


@pytest.fixture
def user(db):
    from calls.tests.factory import make_user

    return make_user(sees_all=True)


@pytest.fixture
def select(user):
    """The selection of a query string at noon of 20 November 2026."""
    from calls.filters import CallFilter
    from calls.tests.factory import NOON

    return lambda query, now=NOON: CallFilter.for_user(QueryDict(query), user, now)
