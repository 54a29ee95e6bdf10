"""Addresses below /calls/."""

from django.urls import path

from calls import views

app_name = "calls"

urlpatterns = [
    path("", views.call_list, name="list"),
    path("options/<str:name>/", views.options, name="options"),
    path("updates/<str:newest>/<str:live>/", views.updates, name="updates"),
    path("<uuid:uuid>/", views.call_detail, name="detail"),
]
