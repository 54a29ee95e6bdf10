"""Addresses below /exports/."""

from django.urls import path

from exports import views

app_name = "exports"

urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("repeated/<int:pk>/stop/", views.stop, name="stop"),
    # /exports/<uuid>/
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/download/", views.download, name="download"),
    path("<uuid:uuid>/manifest.json", views.manifest, name="manifest"),
    path("<uuid:uuid>/cancel/", views.cancel, name="cancel"),
    path("<uuid:uuid>/retry/", views.retry, name="retry"),
    path("<uuid:uuid>/again/", views.again, name="again"),
    path("<uuid:uuid>/delete/", views.delete, name="delete"),
]
