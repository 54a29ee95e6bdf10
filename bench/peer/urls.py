"""The peer's one page, and the names that the product's settings point to."""

from django.contrib.auth.views import LoginView
from django.urls import path

from bench.peer.views import CallListView

urlpatterns = [
    path("calls/", CallListView.as_view(), name="list"),
    path("accounts/login/", LoginView.as_view(), name="login"),
]
