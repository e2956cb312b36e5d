from issuance.views.campaigns import CampaignCreateView, CampaignDetailView
from issuance.views.imports import (
    EmployersUploadView,
    ImportListView,
    LossImportDetailView,
    LossImportRejectsView,
    RosterUploadView,
)
from issuance.views.judged import JudgedListView
from issuance.views.people import PersonDetailView, PersonListView, PersonNoteView, PersonRevealView
from issuance.views.rosters import (
    RosterAcceptView,
    RosterChangesView,
    RosterImportDetailView,
    RosterImportRejectsView,
    RosterRefuseView,
)
from issuance.views.selection import SelectionExportView, SelectionRunView, SelectionSummaryView
from issuance.views.selection_changes import SelectionChangesView, SelectionPreviewView, SelectionRejudgeView

__all__ = [
    "CampaignCreateView",
    "CampaignDetailView",
    "EmployersUploadView",
    "ImportListView",
    "JudgedListView",
    "LossImportDetailView",
    "LossImportRejectsView",
    "PersonDetailView",
    "PersonListView",
    "PersonNoteView",
    "PersonRevealView",
    "RosterAcceptView",
    "RosterChangesView",
    "RosterImportDetailView",
    "RosterImportRejectsView",
    "RosterRefuseView",
    "RosterUploadView",
    "SelectionChangesView",
    "SelectionExportView",
    "SelectionPreviewView",
    "SelectionRejudgeView",
    "SelectionRunView",
    "SelectionSummaryView",
]
