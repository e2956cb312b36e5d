"""Every address of the application, app by app."""

from __future__ import annotations

from django.urls import include, path

from config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("backoffice.urls")),
    path("employers/", include("employers.urls")),
    path("issuance/", include("issuance.urls")),
    path("mailing/", include("mailing.urls")),
    path("returns/", include("returns.urls")),
]
