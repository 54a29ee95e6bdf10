"""What an administrator sees of deliveries and sources."""

import gzip

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from calls.ingest.models import Delivery, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def delivery():
    return Delivery.objects.create(
        provider="vapi",
        digest="d" * 64,
        body=gzip.compress(b'{"prompt": "a secret prompt"}'),
        origin="calls.jsonl:17",
        received_at=timezone.now(),
        state="rejected",
        reason="message.call.id: is missing",
    )


def test_it_shows_what_was_rejected_and_why_but_not_the_body(admin, delivery):
    listed = admin.get(reverse("admin:ingest_delivery_changelist"), {"state__exact": "rejected"}).content.decode()
    shown = admin.get(reverse("admin:ingest_delivery_change", args=[delivery.pk])).content.decode()
    for page in (listed, shown):
        assert "calls.jsonl:17" in page
        assert "message.call.id: is missing" in page
    assert "field-digest" in shown
    assert "field-body" not in shown


def test_a_rate_can_be_changed_but_not_the_name_of_a_source(admin):
    source = Source.objects.create(name="vapi")
    address = reverse("admin:ingest_source_change", args=[source.pk])
    admin.post(address, {"name": "other", "credits_per_usd": "80", "credits_per_platform_credit": "1"})
    source.refresh_from_db()
    assert (source.name, source.credits_per_usd) == ("vapi", 80)
