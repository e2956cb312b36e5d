from mailing.models.approval import Approval
from mailing.models.artifact import Artifact, RenderChunk
from mailing.models.batch import PrintBatch
from mailing.models.case import Case
from mailing.models.envelope import EnclosedCard, Envelope
from mailing.models.sample import SamplePage, SampleView
from mailing.models.sealed_package import SealedPackage
from mailing.models.vendor_result import VendorResult

__all__ = [
    "Approval",
    "Artifact",
    "Case",
    "EnclosedCard",
    "Envelope",
    "PrintBatch",
    "RenderChunk",
    "SamplePage",
    "SampleView",
    "SealedPackage",
    "VendorResult",
]
