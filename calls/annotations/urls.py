"""Addresses below /calls/<uuid>/ that take a POST."""

from django.urls import path

from calls.annotations import views

urlpatterns = [
    path("star/", views.star, name="star"),
    path("tags/", views.add_tag, name="add_tag"),
    path("tags/remove/", views.remove_tag, name="remove_tag"),
    path("notes/", views.add_note, name="add_note"),
    path("notes/remove/", views.remove_note, name="remove_note"),
]
