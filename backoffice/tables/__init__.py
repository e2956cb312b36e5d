from django_tables2 import Column, TemplateColumn

from backoffice.tables.base import BaseTable
from backoffice.tables.columns import DateColumn, LinkColumn, MomentColumn, NumberColumn, StateColumn

__all__ = [
    "BaseTable",
    "Column",
    "DateColumn",
    "LinkColumn",
    "MomentColumn",
    "NumberColumn",
    "StateColumn",
    "TemplateColumn",
]
