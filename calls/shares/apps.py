from django.apps import AppConfig


class SharesConfig(AppConfig):
    name = "calls.shares"
    label = "shares"
    verbose_name = "Share links"
