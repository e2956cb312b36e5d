from __future__ import annotations

from django.urls import URLPattern

app_name = "mailing"
urlpatterns: list[URLPattern] = []
