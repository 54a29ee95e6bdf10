"""Fixtures. Models are imported late: pytest reads this file before Django has started."""

import pytest


@pytest.fixture
def user():
    from calls.tests.factory import make_user

    return make_user("ann", is_superuser=True)


@pytest.fixture
def program(client, user):
    """Asks the API with a token of the user that has both scopes."""
    from api.tests.programs import Program

    return Program(client, user)
