from __future__ import annotations

from django.urls import path

from returns import views

app_name = "returns"
urlpatterns = [
    path("campaigns/", views.CampaignListView.as_view(), name="campaign-list"),
    path("campaigns/<slug:code>/", views.CampaignClosingView.as_view(), name="campaign-closing"),
    path("campaigns/<slug:code>/close/", views.CampaignCloseView.as_view(), name="campaign-close"),
    path("campaigns/<slug:code>/reopen/", views.CampaignReopenView.as_view(), name="campaign-reopen"),
    path("campaigns/<slug:code>/erasure/", views.ErasurePrepareView.as_view(), name="erasure-prepare"),
    path(
        "campaigns/<slug:code>/erasure/withdraw/",
        views.ErasureWithdrawView.as_view(),
        name="erasure-withdraw",
    ),
    path(
        "campaigns/<slug:code>/erasure/confirm/", views.ErasureConfirmView.as_view(), name="erasure-confirm"
    ),
    path(
        "campaigns/<slug:code>/erasure/continue/",
        views.ErasureContinueView.as_view(),
        name="erasure-continue",
    ),
    path("overview/", views.OverviewView.as_view(), name="overview"),
    path("desk/", views.DeskView.as_view(), name="desk"),
    path("desk/scan/", views.ScanView.as_view(), name="scan"),
    path("desk/undo/<uuid:public_id>/", views.ScanUndoView.as_view(), name="scan-undo"),
    path(
        "desk/unknown/<uuid:public_id>/undo/", views.UnknownScanUndoView.as_view(), name="unknown-scan-undo"
    ),
    path("desk/tray/open/", views.TrayOpenView.as_view(), name="tray-open"),
    path("desk/tray/<uuid:public_id>/close/", views.TrayCloseView.as_view(), name="tray-close"),
    path("trays/", views.TrayListView.as_view(), name="tray-list"),
    path("trays/<uuid:public_id>/", views.TrayDetailView.as_view(), name="tray-detail"),
    path("trays/<uuid:public_id>/label/", views.TrayLabelView.as_view(), name="tray-label"),
    path("trays/<uuid:public_id>/store/", views.TrayStoreView.as_view(), name="tray-store"),
    path(
        "trays/<uuid:public_id>/destruction/", views.DestructionEnterView.as_view(), name="tray-destruction"
    ),
    path(
        "trays/<uuid:public_id>/destruction/confirm/",
        views.DestructionConfirmView.as_view(),
        name="tray-destruction-confirm",
    ),
    path("returns/", views.ReturnListView.as_view(), name="return-list"),
    path("returns/imports/", views.ReturnsImportListView.as_view(), name="returns-import-list"),
    path(
        "returns/imports/<uuid:public_id>/",
        views.ReturnsImportDetailView.as_view(),
        name="returns-import-detail",
    ),
    path(
        "returns/imports/<uuid:public_id>/rejects.csv",
        views.ReturnsImportRejectsView.as_view(),
        name="returns-import-rejects",
    ),
    path("returns/import/", views.ReturnsImportView.as_view(), name="returns-import"),
    path("returns/unknown/", views.UnknownReturnListView.as_view(), name="unknown-list"),
    path("returns/unknown/bulk/", views.UnknownBulkView.as_view(), name="unknown-bulk"),
    path("returns/unknown/<uuid:public_id>/", views.UnknownReturnDetailView.as_view(), name="unknown-detail"),
    path("returns/unknown/<uuid:public_id>/take/", views.UnknownTakeView.as_view(), name="unknown-take"),
    path(
        "returns/unknown/<uuid:public_id>/assign/", views.UnknownAssignView.as_view(), name="unknown-assign"
    ),
    path("returns/unknown/<uuid:public_id>/due/", views.UnknownDueView.as_view(), name="unknown-due"),
    path(
        "returns/unknown/<uuid:public_id>/comment/",
        views.UnknownCommentView.as_view(),
        name="unknown-comment",
    ),
    path(
        "returns/unknown/<uuid:public_id>/resolve/",
        views.UnknownResolveView.as_view(),
        name="unknown-resolve",
    ),
    path("returns/<uuid:public_id>/reason/", views.ReturnReasonView.as_view(), name="return-reason"),
    path("returns/<uuid:public_id>/", views.ReturnDetailView.as_view(), name="return-detail"),
    path("returns/<uuid:public_id>/hold/", views.ReturnHoldView.as_view(), name="return-hold"),
    path("returns/<uuid:public_id>/hold/lift/", views.ReturnHoldLiftView.as_view(), name="return-hold-lift"),
    path("returns/<uuid:public_id>/delivered/", views.ReturnDeliveredView.as_view(), name="return-delivered"),
    path("reroute/", views.ReroutePreviewView.as_view(), name="reroute-preview"),
    path("reroute/count/", views.RerouteCountView.as_view(), name="reroute-count"),
    path("reroute/run/", views.RerouteRunView.as_view(), name="reroute-run"),
    path("reroute/employers.csv", views.RerouteEmployersView.as_view(), name="reroute-employers"),
    path("reroute/changes.csv", views.RerouteChangesView.as_view(), name="reroute-changes"),
    path("reroute/holds/", views.BranchHoldView.as_view(), name="branch-hold"),
    path("reroute/holds/<uuid:public_id>/lift/", views.HoldLiftView.as_view(), name="hold-lift"),
    path("exceptions/", views.ExceptionListView.as_view(), name="exception-list"),
    path("exceptions/bulk/", views.ExceptionBulkView.as_view(), name="exception-bulk"),
    path("exceptions/<uuid:public_id>/", views.ExceptionDetailView.as_view(), name="exception-detail"),
    path("exceptions/<uuid:public_id>/resend/", views.ExceptionResendView.as_view(), name="exception-resend"),
    path(
        "exceptions/<uuid:public_id>/resend/confirm/",
        views.ExceptionResendConfirmView.as_view(),
        name="exception-resend-confirm",
    ),
    path(
        "exceptions/<uuid:public_id>/resend/withdraw/",
        views.ExceptionResendWithdrawView.as_view(),
        name="exception-resend-withdraw",
    ),
    path("exceptions/<uuid:public_id>/take/", views.ExceptionTakeView.as_view(), name="exception-take"),
    path("exceptions/<uuid:public_id>/assign/", views.ExceptionAssignView.as_view(), name="exception-assign"),
    path("exceptions/<uuid:public_id>/due/", views.ExceptionDueView.as_view(), name="exception-due"),
    path(
        "exceptions/<uuid:public_id>/comment/", views.ExceptionCommentView.as_view(), name="exception-comment"
    ),
    path(
        "exceptions/<uuid:public_id>/resolve/", views.ExceptionResolveView.as_view(), name="exception-resolve"
    ),
    path("collected/", views.CollectedListView.as_view(), name="collected-list"),
    path("collected/pile/", views.CardsCollectView.as_view(), name="cards-collect"),
    path("collected/search/", views.CardSearchView.as_view(), name="card-search"),
    path("collected/<uuid:public_id>/", views.CollectedDetailView.as_view(), name="collected-detail"),
    path("collected/<uuid:public_id>/answer/", views.CollectedAnswerView.as_view(), name="collected-answer"),
    path("collected/new/", views.CardCollectView.as_view(), name="card-collect"),
]
