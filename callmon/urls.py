"""The addresses of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from callmon import accounts

admin.site.login_form = accounts.AdminSignInForm

urlpatterns = [
    path("", login_not_required(RedirectView.as_view(pattern_name="calls:list"))),
    path("calls/", include("calls.urls")),
    path("calls/", include("calls.recordings.urls")),
    path("exports/", include("exports.urls")),
    path("api/v1/", include("api.urls")),
    path("", include("calls.shares.urls")),
    path("", include("calls.ingest.urls")),
    path("", include("calls.ingest.pages.urls")),
    # /accounts/
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("accounts/tokens/", include("api.token_urls")),
    path("accounts/password/", accounts.ChangePassword.as_view(), name="password_change"),
    path("accounts/password/done/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
]
