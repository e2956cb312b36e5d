from returns.models.address_correction import AddressCorrection
from returns.models.collected_card import CollectedCard
from returns.models.delivery_exception import DeliveryException
from returns.models.erasure import Erasure
from returns.models.exception_entry import ExceptionEntry
from returns.models.intake import ReturnsImport, ReturnsReject, UnknownReturn
from returns.models.reason_correction import ReasonCorrection
from returns.models.reroute_cycle import RerouteCycle
from returns.models.reroute_hold import RerouteHold
from returns.models.reroute_preview import PreviewChange, PreviewEmployer, PreviewLine, ReroutePreview
from returns.models.return_event import ReturnEvent
from returns.models.tray import ReturnTray
from returns.models.unknown_entry import UnknownEntry

__all__ = [
    "AddressCorrection",
    "CollectedCard",
    "DeliveryException",
    "Erasure",
    "ExceptionEntry",
    "PreviewChange",
    "PreviewEmployer",
    "PreviewLine",
    "ReasonCorrection",
    "RerouteCycle",
    "RerouteHold",
    "ReroutePreview",
    "ReturnEvent",
    "ReturnTray",
    "ReturnsImport",
    "ReturnsReject",
    "UnknownEntry",
    "UnknownReturn",
]
