"""Addresses below /calls/."""

from django.urls import include, path

from calls import views
from calls.transcripts.views import transcript

app_name = "calls"

urlpatterns = [
    path("", views.call_list, name="list"),
    path("options/<str:name>/", views.options, name="options"),
    path("updates/<str:newest>/<str:live>/", views.updates, name="updates"),
    path("<uuid:uuid>/", views.call_detail, name="detail"),
    path("<uuid:uuid>/live/", views.call_live, name="live"),
    path("<uuid:uuid>/transcript.<str:suffix>", transcript, name="transcript"),
    path("<uuid:uuid>/", include("calls.annotations.urls")),
]
