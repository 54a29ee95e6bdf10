"""Addresses of share links: for those who make them, and for those who have one."""

from django.urls import path

from calls.shares import public, views

app_name = "shares"

urlpatterns = [
    path("calls/<uuid:uuid>/share/", views.links, name="links"),
    path("calls/<uuid:uuid>/share/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("share/<str:token>/", public.shared, name="shared"),
    path("share/<str:token>/recording/", public.recording, name="recording"),
]
