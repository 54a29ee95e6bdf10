"""Addresses below /calls/ that belong to the sound of a call."""

from django.urls import path

from calls.recordings import views

app_name = "recordings"

urlpatterns = [
    path("<uuid:uuid>/recording/", views.recording, name="recording"),
]
