import pytest
from django.contrib.auth.models import Group, Permission, User

from calls.tests.factory import make_user

pytestmark = pytest.mark.django_db


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_permissions_come_from_the_user_and_the_groups_in_one_query(django_assert_num_queries):
    user = make_user(sees_all=True)
    group = Group.objects.create(name="Editors")
    group.permissions.add(Permission.objects.get(codename="change_assistant"))
    user.groups.add(group)
    user = fresh(user)
    with django_assert_num_queries(1):
        assert user.has_perm("calls.view_call")
        assert user.has_perm("calls.change_assistant")
        assert not user.has_perm("calls.delete_call")


def test_an_inactive_user_has_no_permission():
    user = make_user(sees_all=True, is_active=False)
    assert not fresh(user).has_perm("calls.view_call")


def test_an_administrator_has_every_permission():
    assert fresh(make_user(is_superuser=True)).has_perm("calls.delete_call")
