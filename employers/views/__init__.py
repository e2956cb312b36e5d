from employers.views.employers import EmployerDetailView, EmployerListView
from employers.views.imports import EmployerImportDetailView, EmployerImportRejectsView
from employers.views.target_lists import TargetListView

__all__ = [
    "EmployerDetailView",
    "EmployerImportDetailView",
    "EmployerImportRejectsView",
    "EmployerListView",
    "TargetListView",
]
