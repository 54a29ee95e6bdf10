"""Addresses of what arrived, and of where it comes from."""

from django.urls import path, register_converter

from calls.ingest.pages import deliveries, names, sources

app_name = "intake"


class KindConverter:
    regex = "|".join(names.KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindConverter, "kind")

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
    path("sources/<str:name>/", sources.source_detail, name="source"),
    path("sources/<str:name>/rate/", sources.set_rate, name="rate"),
    path("sources/<str:name>/test/", sources.send_test, name="test"),
    path("sources/<str:name>/secrets/", sources.add_secret, name="add_secret"),
    path("sources/<str:name>/secrets/<int:pk>/remove/", sources.remove_secret, name="remove_secret"),
]
