"""What arrived, and the rate of each source."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.admin import ReadOnlyAdmin
from calls.ingest.models import Delivery, Source


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ("name", "credits_per_usd", "credits_per_platform_credit")

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        return ("name",) if obj else ()  # calls know their source by name


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """The body is not shown: it holds prompts and what callers said."""

    list_display = ("received_at", "provider", "state", "reason", "origin", "call")
    list_filter = ("state",)
    ordering = ("-received_at", "-id")
    sortable_by = ("received_at",)
    fields = ("provider", "state", "reason", "origin", "received_at", "call", "digest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).defer("body").select_related("call")
