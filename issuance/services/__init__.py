from issuance.services.accept_roster import accept_roster, refuse_roster
from issuance.services.certificates import issue_certificates, reissue_certificates, void_certificates
from issuance.services.create_campaign import CreatedCampaign, create_campaign
from issuance.services.import_insured import import_insured
from issuance.services.import_losses import import_losses
from issuance.services.keep_open import keep_open
from issuance.services.publish_target_lists import publish_target_lists
from issuance.services.rejudge import Rejudged, preview_rejudging, rejudge
from issuance.services.select_targets import SelectionCounts, select_targets

__all__ = [
    "CreatedCampaign",
    "Rejudged",
    "SelectionCounts",
    "accept_roster",
    "create_campaign",
    "import_insured",
    "import_losses",
    "issue_certificates",
    "keep_open",
    "preview_rejudging",
    "publish_target_lists",
    "refuse_roster",
    "reissue_certificates",
    "rejudge",
    "select_targets",
    "void_certificates",
]
