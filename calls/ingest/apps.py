from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "calls.ingest"
    label = "ingest"
