"""Reading the files other systems send (interfaces §1): strict about encoding and header, exact in cells."""

from backoffice.file_intake.columns import Column, RefusedFile
from backoffice.file_intake.parts import BrokenRow, Row, Stretch
from backoffice.file_intake.reader import Table, open_table

__all__ = ["BrokenRow", "Column", "RefusedFile", "Row", "Stretch", "Table", "open_table"]
