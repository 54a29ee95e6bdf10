"""The trace of exports, to be read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from exports.models import ExportEvent


@admin.register(ExportEvent)
class ExportEventAdmin(admin.ModelAdmin):
    list_display = ("at", "kind", "username", "query", "format", "rows", "export")
    list_filter = ("kind",)
    search_fields = ("username", "export", "query")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ExportEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ExportEvent | None = None) -> bool:
        return False
