from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from calls import search  # noqa: F401 - it has models of its own

        post_migrate.connect(install_search, sender=self)


def install_search(using: str, **kwargs: object) -> None:
    from calls import search

    search.install(connections[using])
