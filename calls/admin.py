"""What an administrator may look at and correct."""

from __future__ import annotations

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.functional import cached_property

from calls.models import Assistant, Call, Campaign, OnPlatform, Tag

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Stops counting where it would read the whole table."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:MOST_COUNTED].count()  # type: ignore[attr-defined]


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the intake writes."""

    paginator = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OnPlatformAdmin(admin.ModelAdmin):
    list_display = ("name", "source", "external_id")
    list_filter = ("source",)
    search_fields = ("name", "external_id")
    readonly_fields = ("source", "external_id", "platform_name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: OnPlatform, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data:
            obj.rename(obj.name)


@admin.register(Assistant)
class AssistantAdmin(OnPlatformAdmin):
    filter_horizontal = ("viewers",)


@admin.register(Campaign)
class CampaignAdmin(OnPlatformAdmin):
    pass


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ("external_id", "source", "status", "started_at", "assistant_name", "phone_number")
    list_select_related = ()
    ordering = ("-started_at", "-id")
    sortable_by = ("started_at",)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    search_fields = ("name",)
    ordering = ("name",)
