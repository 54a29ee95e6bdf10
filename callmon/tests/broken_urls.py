"""The site's addresses and one that breaks."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from callmon import urls


@login_not_required
def broken(request):
    raise RuntimeError("broken")


urlpatterns = [*urls.urlpatterns, path("broken/", broken)]
