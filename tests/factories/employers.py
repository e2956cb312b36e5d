from __future__ import annotations

import hashlib
from datetime import date

from factory.declarations import LazyAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from employers.models import Branch, Employer, EmployerImport
from japan.insurer_number import branch_number
from tests.factories.backoffice import MORNING


class BranchFactory(DjangoModelFactory[Branch]):
    """One of the 47 branches every database has already: `BranchFactory(code="27")`."""

    class Meta:
        model = Branch
        django_get_or_create = ("code",)

    code = "13"


class EmployerImportFactory(DjangoModelFactory[EmployerImport]):
    class Meta:
        model = EmployerImport

    campaign_code = "R7"
    file_name = "employers.csv"
    sha256 = Sequence(lambda n: hashlib.sha256(f"employers {n}".encode()).hexdigest())
    encoding = "utf-8"
    imported_at = MORNING


class EmployerFactory(DjangoModelFactory[Employer]):
    class Meta:
        model = Employer

    class Params:
        ended = Trait(status="2", ended_on=date(2025, 8, 31))

    branch = SubFactory(BranchFactory)
    insurer_no = LazyAttribute(lambda o: branch_number(o.branch.code))
    symbol = Sequence(lambda n: str(21_000_000 + n))
    name = Sequence(lambda n: f"株式会社みなと{n}")
    name_kana = "ﾐﾅﾄ"
    name_key = LazyAttribute(lambda o: o.name)
    postal_code = "1050001"
    address1 = "東京都港区虎ノ門一丁目2番3号"
    status = "1"
    contact = "社会保険事務担当者様"
    imported_from = SubFactory(EmployerImportFactory)
