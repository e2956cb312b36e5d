from __future__ import annotations

from django.urls import path

from mailing import views

app_name = "mailing"
urlpatterns = [
    path("production/", views.ProductionView.as_view(), name="production"),
    path("production/pack/", views.PackView.as_view(), name="pack"),
    path("production/plan/", views.PlanView.as_view(), name="plan"),
    path("production/render/", views.RenderAllView.as_view(), name="render-all"),
    path("production/lists/", views.PublishListsView.as_view(), name="publish-lists"),
    path("production/losses/", views.LossesUploadView.as_view(), name="losses-upload"),
    path("batches/", views.BatchListView.as_view(), name="batch-list"),
    path("batches/<slug:number>/", views.BatchDetailView.as_view(), name="batch-detail"),
    path("batches/<slug:number>/progress", views.BatchProgressView.as_view(), name="batch-progress"),
    path("batches/<slug:number>/file.pdf", views.BatchFileView.as_view(), name="batch-file"),
    path("batches/<slug:number>/package.zip", views.BatchPackageView.as_view(), name="batch-package"),
    path(
        "batches/<slug:number>/sealed-package.zip",
        views.BatchSealedPackageView.as_view(),
        name="batch-sealed-package",
    ),
    path("batches/<slug:number>/seal/", views.BatchSealView.as_view(), name="batch-seal"),
    path("batches/<slug:number>/evidence.zip", views.BatchEvidenceView.as_view(), name="batch-evidence"),
    path("batches/<slug:number>/pull-list.csv", views.BatchPullListView.as_view(), name="batch-pull-list"),
    path("batches/<slug:number>/pages/<int:page>/", views.BatchPageView.as_view(), name="batch-page"),
    path(
        "batches/<slug:number>/pages/<int:page>.png",
        views.BatchPagePictureView.as_view(),
        name="batch-page-picture",
    ),
    path("batches/<slug:number>/sample/", views.BatchSampleView.as_view(), name="batch-sample"),
    path(
        "batches/<slug:number>/sample/<int:page>/",
        views.BatchSamplePageView.as_view(),
        name="batch-sample-page",
    ),
    path(
        "batches/<slug:number>/sample/<int:page>/mark/",
        views.BatchSampleMarkView.as_view(),
        name="batch-sample-mark",
    ),
    path(
        "batches/<slug:number>/left-out/<slug:reason>/",
        views.BatchLeftOutView.as_view(),
        name="batch-left-out",
    ),
    path("batches/<slug:number>/render/", views.BatchRenderView.as_view(), name="batch-render"),
    path("batches/<slug:number>/stop/", views.BatchStopRenderingView.as_view(), name="batch-stop-rendering"),
    path("batches/<slug:number>/submit/", views.BatchSubmitView.as_view(), name="batch-submit"),
    path("batches/<slug:number>/approve/", views.BatchApproveView.as_view(), name="batch-approve"),
    path("batches/<slug:number>/reject/", views.BatchRejectView.as_view(), name="batch-reject"),
    path("batches/<slug:number>/revise/", views.BatchReviseView.as_view(), name="batch-revise"),
    path("batches/<slug:number>/cancel/", views.BatchCancelView.as_view(), name="batch-cancel"),
    path("batches/<slug:number>/release/", views.BatchReleaseView.as_view(), name="batch-release"),
    path("batches/<slug:number>/results/", views.BatchResultsView.as_view(), name="batch-results"),
    path("batches/<slug:number>/post/", views.BatchPostView.as_view(), name="batch-post"),
    path("batches/<slug:number>/close/", views.BatchCloseView.as_view(), name="batch-close"),
    path("cases/<uuid:public_id>/take/", views.CaseTakeView.as_view(), name="case-take"),
    path("cases/<uuid:public_id>/close/", views.CaseCloseView.as_view(), name="case-close"),
    path("envelopes/", views.EnvelopeListView.as_view(), name="envelope-list"),
    path("envelopes/<slug:piece_no>/", views.EnvelopeDetailView.as_view(), name="envelope-detail"),
    path("envelopes/<slug:piece_no>/pages.pdf", views.EnvelopePagesView.as_view(), name="envelope-pages"),
    path(
        "envelopes/<slug:piece_no>/lift-stop/",
        views.EnvelopeLiftStopView.as_view(),
        name="envelope-lift-stop",
    ),
    path(
        "envelopes/<slug:piece_no>/address/",
        views.EnvelopeChangeAddressView.as_view(),
        name="envelope-change-address",
    ),
    path(
        "envelopes/<slug:piece_no>/home/",
        views.EnvelopeSendHomeView.as_view(),
        name="envelope-send-home",
    ),
    path("stopped/", views.StoppedListView.as_view(), name="stopped-list"),
]
