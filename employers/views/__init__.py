from employers.views.employers import EmployerDetailView, EmployerListView
from employers.views.imports import EmployerImportDetailView, EmployerImportRejectsView

__all__ = [
    "EmployerDetailView",
    "EmployerImportDetailView",
    "EmployerImportRejectsView",
    "EmployerListView",
]
