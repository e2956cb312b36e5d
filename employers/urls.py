from __future__ import annotations

from django.urls import path

from employers import views

app_name = "employers"
urlpatterns = [
    path("", views.EmployerListView.as_view(), name="employer-list"),
    path("lists/<uuid:public_id>/", views.TargetListView.as_view(), name="target-list"),
    path("<uuid:public_id>/", views.EmployerDetailView.as_view(), name="employer-detail"),
    path("imports/<uuid:public_id>/", views.EmployerImportDetailView.as_view(), name="import-detail"),
    path(
        "imports/<uuid:public_id>/rejects.csv",
        views.EmployerImportRejectsView.as_view(),
        name="import-rejects",
    ),
]
