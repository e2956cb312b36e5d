from returns.views.collected import (
    CardCollectView,
    CardsCollectView,
    CardSearchView,
    CollectedAnswerView,
    CollectedDetailView,
    CollectedListView,
)
from returns.views.desk import DeskView, ScanUndoView, ScanView, TrayCloseView, TrayOpenView
from returns.views.exception_list import ExceptionBulkView, ExceptionListView
from returns.views.exceptions import (
    ExceptionAssignView,
    ExceptionCommentView,
    ExceptionDetailView,
    ExceptionDueView,
    ExceptionResolveView,
    ExceptionTakeView,
)
from returns.views.overview import OverviewView
from returns.views.rerouting import (
    BranchHoldView,
    HoldLiftView,
    RerouteEmployersView,
    ReroutePreviewView,
    RerouteRunView,
)
from returns.views.returned import (
    ReturnDeliveredView,
    ReturnDetailView,
    ReturnHoldLiftView,
    ReturnHoldView,
    ReturnListView,
    ReturnReasonView,
    ReturnsImportView,
)
from returns.views.trays import (
    DestructionConfirmView,
    DestructionEnterView,
    TrayDetailView,
    TrayLabelView,
    TrayListView,
    TrayStoreView,
)
from returns.views.unknown import (
    UnknownResolveView,
    UnknownReturnDetailView,
    UnknownReturnListView,
    UnknownTakeView,
)

__all__ = [
    "BranchHoldView",
    "CardCollectView",
    "CardSearchView",
    "CardsCollectView",
    "CollectedAnswerView",
    "CollectedDetailView",
    "CollectedListView",
    "DeskView",
    "DestructionConfirmView",
    "DestructionEnterView",
    "ExceptionAssignView",
    "ExceptionBulkView",
    "ExceptionCommentView",
    "ExceptionDetailView",
    "ExceptionDueView",
    "ExceptionListView",
    "ExceptionResolveView",
    "ExceptionTakeView",
    "HoldLiftView",
    "OverviewView",
    "RerouteEmployersView",
    "ReroutePreviewView",
    "RerouteRunView",
    "ReturnDeliveredView",
    "ReturnDetailView",
    "ReturnHoldLiftView",
    "ReturnHoldView",
    "ReturnListView",
    "ReturnReasonView",
    "ReturnsImportView",
    "ScanUndoView",
    "ScanView",
    "TrayCloseView",
    "TrayDetailView",
    "TrayLabelView",
    "TrayListView",
    "TrayOpenView",
    "TrayStoreView",
    "UnknownResolveView",
    "UnknownReturnDetailView",
    "UnknownReturnListView",
    "UnknownTakeView",
]
