from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        post_migrate.connect(install_triggers, sender=self)


def install_triggers(using: str, **kwargs: object) -> None:
    from analytics import triggers

    triggers.install(connections[using])
