"""Where platforms send their deliveries; without the slash too, since a redirect would lose the body."""

from django.urls import path

from calls.ingest import webhooks

app_name = "ingest"

urlpatterns = [
    # /webhooks/
    path("webhooks/<slug:provider>/", webhooks.webhook, name="webhook"),
    path("webhooks/<slug:provider>", webhooks.webhook),
    path("webhooks/<slug:provider>/<str:secret>/", webhooks.webhook, name="webhook_by_address"),
    path("webhooks/<slug:provider>/<str:secret>", webhooks.webhook),
]
