"""/sources/: where calls come from: addresses, secrets, rates, and a delivery to try it."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from calls.format import format_time
from calls.ingest.intake import keep
from calls.ingest.models import Delivery, Source, WebhookSecret
from calls.ingest.pages.access import KEEPS_SOURCES, SignedInRequest, needs
from calls.ingest.pages.deliveries import TEST_ORIGIN
from calls.ingest.pages.forms import RateForm, SecretForm
from calls.ingest.pages.guides import GUIDES
from calls.ingest.pages.guides.guide import Guide, Secret
from calls.ingest.processing import process_delivery
from calls.ingest.providers import SENDERS, decode
from calls.ingest.secrets import secrets_of

logger = logging.getLogger(__name__)
private = cache_control(private=True, no_store=True)

TEST = "test"  # what the ids of test calls begin with


@dataclass(frozen=True)
class SourceShown:
    """A platform in the list. `state` is connected, ready or new."""

    name: str
    title: str
    state: str
    words: str


@require_safe
@needs(KEEPS_SOURCES)
@private
def source_list(request: HttpRequest) -> HttpResponse:
    platforms = sorted((shown(name, guide) for name, guide in guides()), key=lambda one: one.state != "connected")
    others = Source.objects.exclude(name__in=SENDERS).order_by("name")
    return render(request, "intake/source_list.html", {"platforms": platforms, "others": others})


def guides() -> list[tuple[str, Guide]]:
    return [(name, guide) for name, guide in GUIDES.items() if name in SENDERS]


def shown(name: str, guide: Guide) -> SourceShown:
    last = last_delivery(name)
    if last:
        return SourceShown(name, guide.title, "connected", f"Last delivery {moment(last)}")
    if secrets_of(name):
        return SourceShown(name, guide.title, "ready", "Waits for its first delivery")
    return SourceShown(name, guide.title, "new", "Not connected")


def last_delivery(provider: str) -> datetime | None:
    rows = Delivery.objects.filter(provider=provider).order_by("-received_at", "-id")
    return rows.values_list("received_at", flat=True).first()


def moment(at: datetime) -> str:
    return format_time(at, ZoneInfo(settings.TIME_ZONE), timezone.now())


@require_safe
@needs(KEEPS_SOURCES)
@private
def source_detail(request: HttpRequest, name: str) -> HttpResponse:
    return page(request, name)


def page(
    request: HttpRequest,
    name: str,
    *,
    secret_form: SecretForm | None = None,
    rate_form: RateForm | None = None,
    new_secret: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a platform, or of a source of one's own, which has a rate and nothing else."""
    guide = GUIDES.get(name) if name in SENDERS else None
    source = Source.objects.filter(name=name).first()
    if guide is None and source is None:
        raise Http404
    last = last_delivery(name)
    context = {
        "name": name,
        "guide": guide,
        "is_address": guide is not None and guide.secret == Secret.ADDRESS,
        "is_theirs": guide is not None and guide.secret == Secret.THEIRS,
        "may_have_address": name in SENDERS and SENDERS[name].ADDRESS_SUFFICES,
        "address": address(name),
        "new_secret": new_secret,
        "new_address": address(name, new_secret) if new_secret and "/" not in new_secret else "",
        "secrets": WebhookSecret.objects.filter(provider=name).order_by("pk"),
        "from_environment": len(settings.WEBHOOK_SECRETS.get(name, ())),
        "last": moment(last) if last else "",
        "secret_form": secret_form or SecretForm(provider=name),
        "rate_form": rate_form or RateForm(instance=source or Source.like(name)),
    }
    return render(request, "intake/source_detail.html", context, status=status)


def address(provider: str, secret: str = "") -> str:
    path = reverse("ingest:webhook_by_address", args=[provider, secret]) if secret else ""
    return settings.PUBLIC_URL + (path or reverse("ingest:webhook", args=[provider]))


@require_POST
@needs(KEEPS_SOURCES)
@private
def add_secret(request: SignedInRequest, name: str) -> HttpResponse:
    """The answer is the only page that tells a secret which was made here."""
    platform(name)
    form = SecretForm(request.POST, provider=name)
    if not form.is_valid():
        return page(request, name, secret_form=form, status=422)
    secret = form.save()
    logger.info("%s added a secret for %s", request.user, name)
    return page(request, name, new_secret=secret.value, status=201)


@require_POST
@needs(KEEPS_SOURCES)
def remove_secret(request: SignedInRequest, name: str, pk: int) -> HttpResponse:
    get_object_or_404(WebhookSecret, provider=name, pk=pk).delete()
    logger.info("%s removed a secret for %s", request.user, name)
    return redirect("intake:source", name)


@require_POST
@needs(KEEPS_SOURCES)
@private
def set_rate(request: SignedInRequest, name: str) -> HttpResponse:
    if name not in SENDERS and not Source.objects.filter(name=name).exists():
        raise Http404
    form = RateForm(request.POST, instance=Source.of(name))
    if not form.is_valid():
        return page(request, name, rate_form=form, status=422)
    form.save()
    logger.info("%s set the rate of %s", request.user, name)
    return redirect("intake:source", name)


@require_POST
@needs(KEEPS_SOURCES)
def send_test(request: SignedInRequest, name: str) -> HttpResponse:
    """Keep a small delivery as if the platform had sent it, process it, and show what became of it."""
    guide, id = platform(name), f"{TEST}-{secrets.token_hex(4)}"
    origin = f"{TEST_ORIGIN}{request.user.get_username()}, {id}"
    keep(SENDERS[name], decode(name, 1, guide.sample(id, timezone.now())), origin)
    sent = Delivery.objects.filter(provider=name, origin=origin).order_by("-received_at", "-id")[0]
    process_delivery(sent.pk)
    return redirect("intake:delivery", sent.pk)


def platform(name: str) -> Guide:
    """Raises Http404."""
    if name not in SENDERS or name not in GUIDES:
        raise Http404
    return GUIDES[name]
