from __future__ import annotations

from django.urls import path

from issuance import views

app_name = "issuance"
urlpatterns = [
    path("imports/", views.ImportListView.as_view(), name="import-list"),
    path("imports/employers/new/", views.EmployersUploadView.as_view(), name="employers-upload"),
    path("imports/roster/new/", views.RosterUploadView.as_view(), name="roster-upload"),
    path(
        "imports/roster/<uuid:public_id>/",
        views.RosterImportDetailView.as_view(),
        name="roster-import-detail",
    ),
    path(
        "imports/roster/<uuid:public_id>/rejects.csv",
        views.RosterImportRejectsView.as_view(),
        name="roster-import-rejects",
    ),
    path(
        "imports/roster/<uuid:public_id>/changes/<slug:what>/",
        views.RosterChangesView.as_view(),
        name="roster-changes",
    ),
    path("imports/roster/<uuid:public_id>/accept/", views.RosterAcceptView.as_view(), name="roster-accept"),
    path("imports/roster/<uuid:public_id>/refuse/", views.RosterRefuseView.as_view(), name="roster-refuse"),
    path("imports/losses/<uuid:public_id>/", views.LossImportDetailView.as_view(), name="loss-import-detail"),
    path(
        "imports/losses/<uuid:public_id>/rejects.csv",
        views.LossImportRejectsView.as_view(),
        name="loss-import-rejects",
    ),
    path("selection/", views.SelectionSummaryView.as_view(), name="selection-summary"),
    path("selection/run/", views.SelectionRunView.as_view(), name="selection-run"),
    path("selection/preview/", views.SelectionPreviewView.as_view(), name="selection-preview"),
    path("selection/rejudge/", views.SelectionRejudgeView.as_view(), name="selection-rejudge"),
    path("selection/changes/", views.SelectionChangesView.as_view(), name="selection-changes"),
    path("selection/people/", views.JudgedListView.as_view(), name="judged-list"),
    path("selection/outcomes.csv", views.SelectionExportView.as_view(), name="selection-export"),
    path("people/", views.PersonListView.as_view(), name="person-list"),
    path("people/<uuid:public_id>/", views.PersonDetailView.as_view(), name="person-detail"),
    path("people/<uuid:public_id>/reveal", views.PersonRevealView.as_view(), name="person-reveal"),
    path("people/<uuid:public_id>/notes", views.PersonNoteView.as_view(), name="person-note"),
    path("campaign/", views.CampaignDetailView.as_view(), name="campaign-detail"),
    path("campaign/new/", views.CampaignCreateView.as_view(), name="campaign-create"),
]
