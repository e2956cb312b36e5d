from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.intake_pages import IntakeDetailView, IntakeRejectsView
from backoffice.parts import Crumb
from employers.models import EmployerImport


class EmployerImportDetailView(IntakeDetailView):
    intake_model = EmployerImport

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("事業所"), reverse("employers:employer-list"))]

    def rejects_url(self) -> str:
        return reverse("employers:import-rejects", kwargs=self.kwargs)


class EmployerImportRejectsView(IntakeRejectsView):
    intake_model = EmployerImport
