"""The addresses every member of staff starts from, and those of システム管理 and 監査."""

from __future__ import annotations

from django.urls import path

from backoffice.views.account import AccountView
from backoffice.views.audit import (
    AccessLogListView,
    ChangeListView,
    MonthlyReportView,
    StaffActivityView,
    VolumesView,
)
from backoffice.views.jobs import JobCancelView, JobDetailView, JobProgressView
from backoffice.views.list_exports import (
    ListExportDetailView,
    ListExportFileView,
    ListExportListView,
    ListExportRequestView,
)
from backoffice.views.second_factor import ConfirmView, SecondFactorView
from backoffice.views.session import LoginView, LogoutView, home, language
from backoffice.views.users import (
    UserCreateView,
    UserEditView,
    UserListView,
    UserPasswordView,
    UserSecondFactorRemoveView,
)

app_name = "backoffice"
urlpatterns = [
    path("", home, name="home"),
    path("login", LoginView.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("language", language, name="language"),
    path("second-factor", SecondFactorView.as_view(), name="second-factor"),
    path("confirm", ConfirmView.as_view(), name="confirm"),
    path("account/", AccountView.as_view(), name="account"),
    path("jobs/<uuid:public_id>/", JobDetailView.as_view(), name="job-detail"),
    path("jobs/<uuid:public_id>/progress", JobProgressView.as_view(), name="job-progress"),
    path("jobs/<uuid:public_id>/cancel", JobCancelView.as_view(), name="job-cancel"),
    path("exports/", ListExportListView.as_view(), name="export-list"),
    path("exports/new", ListExportRequestView.as_view(), name="export-request"),
    path("exports/<uuid:public_id>/", ListExportDetailView.as_view(), name="export-detail"),
    path("exports/<uuid:public_id>/file", ListExportFileView.as_view(), name="export-file"),
    path("access-log/", AccessLogListView.as_view(), name="access-log-list"),
    path("access-log/changes/", ChangeListView.as_view(), name="change-list"),
    path("access-log/volumes/", VolumesView.as_view(), name="volumes"),
    path("access-log/report/", MonthlyReportView.as_view(), name="monthly-report"),
    path("access-log/staff/<int:pk>/", StaffActivityView.as_view(), name="staff-activity"),
    path("users/", UserListView.as_view(), name="user-list"),
    path("users/new/", UserCreateView.as_view(), name="user-create"),
    path("users/<int:pk>/", UserEditView.as_view(), name="user-edit"),
    path("users/<int:pk>/password/", UserPasswordView.as_view(), name="user-password"),
    path(
        "users/<int:pk>/second-factor/remove",
        UserSecondFactorRemoveView.as_view(),
        name="user-second-factor-remove",
    ),
]
