from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from health.views import status

urlpatterns = [
    path("", include("library.urls")),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    # One place to try passwords, so that one rate limit covers them all.
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("health/status/", status, name="status"),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),  # in development only
]
