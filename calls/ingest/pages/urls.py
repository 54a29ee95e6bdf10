"""Addresses of what arrived, and of where it comes from."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from calls.ingest.pages import deliveries, names, sources

app_name = "intake"


class KindConverter(StringConverter):
    regex = "|".join(names.KINDS)


class SourceConverter(StringConverter):
    regex = r"[^/\x00]+"  # PostgreSQL has no NUL


register_converter(KindConverter, "kind")
register_converter(SourceConverter, "source")

urlpatterns = [
    # /deliveries/
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/again/", deliveries.again_all, name="again_all"),
    path("deliveries/<int:pk>/", deliveries.delivery_detail, name="delivery"),
    path("deliveries/<int:pk>/again/", deliveries.again, name="again"),
    path("deliveries/<int:pk>/remove/", deliveries.remove_test, name="remove_test"),
    # /sources/
    path("sources/", sources.source_list, name="sources"),
    path("sources/<kind:kind>/", names.name_list, name="names"),
    path("sources/<kind:kind>/<int:pk>/", names.name_detail, name="name"),
    path("sources/<kind:kind>/<int:pk>/rename/", names.rename, name="rename"),
    path("sources/<kind:kind>/<int:pk>/merge/", names.merge, name="merge"),
    path("sources/<source:name>/", sources.source_detail, name="source"),
    path("sources/<source:name>/rate/", sources.set_rate, name="rate"),
    path("sources/<source:name>/test/", sources.send_test, name="test"),
    path("sources/<source:name>/secrets/", sources.add_secret, name="add_secret"),
    path("sources/<source:name>/secrets/<int:pk>/remove/", sources.remove_secret, name="remove_secret"),
]
