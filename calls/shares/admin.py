"""Links and views as an administrator may look at them: they are made and revoked on the pages of their calls."""

from django.contrib import admin

from calls.admin import ReadOnlyAdmin
from calls.shares.models import ShareLink, ShareView


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    list_display = ("id", "call", "created_by", "created_at", "expires_at", "revoked_at", "note")
    list_select_related = ("call", "created_by")
    ordering = ("-id",)
    exclude = ("password", "token_hash")


@admin.register(ShareView)
class ShareViewAdmin(ReadOnlyAdmin):
    list_display = ("id", "link", "part", "at", "client", "network")
    ordering = ("-id",)
