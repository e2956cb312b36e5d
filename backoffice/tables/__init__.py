from django_tables2 import Column, TemplateColumn

from backoffice.tables.base import BaseTable
from backoffice.tables.columns import DateColumn, LinkColumn, MomentColumn, NumberColumn, StateColumn
from backoffice.tables.intake import IntakeTable, RejectTable

__all__ = [
    "BaseTable",
    "Column",
    "DateColumn",
    "IntakeTable",
    "LinkColumn",
    "MomentColumn",
    "NumberColumn",
    "RejectTable",
    "StateColumn",
    "TemplateColumn",
]
