"""Addresses below /analytics/."""

from django.urls import path

from analytics import views

app_name = "analytics"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("metrics/", views.metrics, name="metrics"),
    path("<slug:name>/", views.section, name="section"),
]
