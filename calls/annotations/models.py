"""Notes, tags and stars. They are no part of what a platform said, so the intake
never touches them, but that an export brings its tags along."""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from calls.querysets import User, sees_all_assistants

TAG_LENGTH = 50
NOTE_LENGTH = 5_000


def tag_key(name: str) -> str:
    """What two spellings of one tag have in common: `Follow  Up` and `follow up`. Not left to the databases, of
    which SQLite knows upper and lower case of English letters only."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


class TagQuerySet(QuerySet["Tag"]):
    def visible_to(self, user: User) -> TagQuerySet:
        """All tags, or those of the calls that the user may see."""
        if sees_all_assistants(user):
            return self
        from calls.models import Call

        return self.filter(Exists(CallTag.objects.filter(tag=OuterRef("pk"), call__in=Call.objects.visible_to(user))))


class Tag(models.Model):
    """A word for calls, shared by the whole installation and spelled as who used it first spelled it."""

    name = models.CharField(max_length=TAG_LENGTH)
    key = models.CharField(max_length=3 * TAG_LENGTH, unique=True, editable=False)

    objects = TagQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name = " ".join(self.name.split())
        self.key = tag_key(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        if Tag.objects.filter(key=tag_key(self.name)).exclude(pk=self.pk).exists():
            raise ValidationError({"name": "There is such a tag already."})

    @classmethod
    def named(cls, name: str) -> Tag:
        return cls.objects.get_or_create(key=tag_key(name), defaults={"name": name})[0]


class CallTag(models.Model):
    """A tag on a call."""

    call = models.ForeignKey("calls.Call", models.CASCADE, related_name="call_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="call_tags", db_index=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # In this order it also finds the calls of a tag.
        constraints = [models.UniqueConstraint(fields=["tag", "call"], name="call_tag_unique")]

    def __str__(self) -> str:
        return f"tag {self.tag_id} on call {self.call_id}"


class Note(models.Model):
    """What a person wrote beside a call."""

    call = models.ForeignKey("calls.Call", models.CASCADE, related_name="notes")
    text = models.TextField(max_length=NOTE_LENGTH)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"note {self.pk} on call {self.call_id}"


class Star(models.Model):
    """A call that a user wants to find again. Everybody has stars of their own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    call = models.ForeignKey("calls.Call", models.CASCADE, related_name="stars")
    starred_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "call"], name="star_unique")]

    def __str__(self) -> str:
        return f"star of {self.user_id} on call {self.call_id}"
