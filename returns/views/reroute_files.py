from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from backoffice.access import PermittedView
from backoffice.csv_response import csv_response
from backoffice.models import AccessLog
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from issuance.queries import current_campaign
from returns.forms import CutoffForm
from returns.queries import kept_preview
from returns.views.rerouting import changes_for, employers_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponseBase

    from returns.models import ReroutePreview


class _RerouteFile(PermittedView):
    permission = Permission.REROUTE
    http_method_names = ["get"]
    screen: str
    header: tuple[str, ...]

    def rows(self, preview: ReroutePreview) -> Iterator[tuple[object, ...]]:
        """The lines of the file."""
        raise NotImplementedError  # every file has its own

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file of the last look at this cut-off, or at any.

        :raises Http404: nobody has looked yet.
        """
        form = CutoffForm(request.GET)
        preview = kept_preview(current_campaign(), form.cleaned_data["cutoff"] if form.is_valid() else None)
        if preview is None:
            raise Http404
        cutoff = preview.cutoff
        log_access(
            user=self.staff,
            action=AccessLog.Action.EXPORT,
            screen=self.screen,
            subject=cutoff.isoformat(),
            at=self.at,
        )
        return csv_response(f"{self.screen}-{cutoff:%Y%m%d}", self.header, self.rows(preview))


class RerouteEmployersView(_RerouteFile):
    """Every employer a cycle with this cut-off would write to."""

    screen = "reroute-employers"
    header = ("branch", "insurer_no", "symbol", "employer", "envelopes", "cards")

    def rows(self, preview: ReroutePreview) -> Iterator[tuple[object, ...]]:
        for row in employers_for(preview, self.staff).iterator():
            to = row.employer
            yield to.branch_id, to.insurer_no, to.symbol, to.name, row.envelopes, row.cards


class RerouteChangesView(_RerouteFile):
    """Everything that has changed about the waiting envelopes since they were posted."""

    screen = "reroute-changes"
    header = ("change", "branch", "piece_no", "since")

    def rows(self, preview: ReroutePreview) -> Iterator[tuple[object, ...]]:
        for row in changes_for(preview, self.staff).iterator():
            envelope = row.event.envelope
            yield row.what, envelope.branch_id, envelope.piece_no, row.since or ""
