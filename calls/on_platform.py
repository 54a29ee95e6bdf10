"""Assistants and campaigns: what platforms name and calls belong to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from calls.querysets import AssistantQuerySet, CampaignQuerySet
from calls.transactions import in_transaction

if TYPE_CHECKING:
    from calls.models import Call


class OnPlatform(models.Model):
    """What a platform names: `source` and `external_id` there, `name` in our pages.

    The name follows the platform's until a person gives another one here; that one stays until the platform changes
    its own. `named_at` is the moment of the delivery that brought `platform_name`.
    """

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="Whose calls those of this one are, also those that are still to come.",
    )
    platform_name = models.CharField(max_length=200, blank=True, editable=False)
    named_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def meant(self) -> OnPlatform:
        """This one, or the one that it was merged into."""
        return self.merged_into or self

    def is_news(self, platform_name: str, moment: datetime) -> bool:
        """Whether it is a name that the platform gave later than the one that is known."""
        return platform_name != self.platform_name and (self.named_at is None or moment >= self.named_at)

    def hear_name(self, platform_name: str, moment: datetime) -> None:
        """Take over a name that the platform gave at that moment."""
        self.platform_name, self.named_at = platform_name, moment
        self.save(update_fields=["platform_name", "named_at"])
        if platform_name != self.name:
            self.rename(platform_name)

    def rename(self, name: str) -> None:
        self.name = name
        self.save(update_fields=["name"])

    def merge_into(self, other: OnPlatform) -> None:
        """Give all calls to the other one, which is not merged itself. This one stays, so that what its platform says
        of it later goes to the other one too."""
        in_transaction(lambda: self._merge_into(other))
        # Once more for calls that another writer was storing meanwhile.
        transaction.on_commit(lambda: in_transaction(lambda: self._give_calls(other)))

    def _merge_into(self, other: OnPlatform) -> None:
        type(self)._default_manager.filter(Q(merged_into=self)).update(merged_into=other)
        self.merged_into = other
        self.save(update_fields=["merged_into"])
        self._give_calls(other)

    def _give_calls(self, other: OnPlatform) -> None:
        raise NotImplementedError


class Assistant(OnPlatform):
    """An AI assistant."""

    viewers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="assistants",
        help_text="Users who see this assistant's calls without the right to see all calls.",
    )

    objects = AssistantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="assistant_unique")]

    @transaction.atomic
    def rename(self, name: str) -> None:
        """Change the name here and in the calls, which carry it to be sorted by."""
        super().rename(name)
        copy_names(self.calls.all())
        # Once more for calls that another writer was storing meanwhile; calls.ingest.store does its half.
        transaction.on_commit(lambda: in_transaction(lambda: copy_names(self.calls.all())))

    def merge_into(self, other: OnPlatform) -> None:
        """The viewers of both see the calls of both."""
        if isinstance(other, Assistant):
            other.viewers.add(*self.viewers.all())
        super().merge_into(other)

    def _give_calls(self, other: OnPlatform) -> None:
        self.calls.update(assistant=other, updated_at=timezone.now())
        copy_names(self.calls.model.objects.filter(assistant=other.pk))


class Campaign(OnPlatform):
    """A batch of calls."""

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="campaign_unique")]

    def _give_calls(self, other: OnPlatform) -> None:
        self.calls.update(campaign=other, updated_at=timezone.now())


def copy_names(calls: QuerySet[Call]) -> None:
    """Give each of the calls the name that its assistant has now, inside a transaction: once more after each change, as
    somebody else may have renamed the assistant while these rows were waited for."""
    name = Assistant.objects.filter(pk=OuterRef("assistant")).values("name")
    outdated = calls.filter(assistant__isnull=False).exclude(assistant_name=F("assistant__name"))
    while _lock(outdated) and outdated.update(assistant_name=Subquery(name), updated_at=timezone.now()):
        pass


def _lock(calls: QuerySet[Call]) -> int:
    """Lock them in the order in which everybody does, so that no two wait for each other; how many those were."""
    rows = calls.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk")
    return sum(1 for _ in rows.iterator())
