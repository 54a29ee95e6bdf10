from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "calls.recordings"
    label = "recordings"
