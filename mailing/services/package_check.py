"""Checking a vendor package against what was approved: a changed byte, row or file does not go unnoticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from mailing.models import PrintBatch
from mailing.services.file_store import sha256_of
from mailing.services.manifest import MANIFEST_FILE, approved_files_hold
from mailing.services.package import PACKAGE_FILES, package_files

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PackageCheck:
    """The batch a package says it is, how many pieces it holds, and everything that is wrong with it."""

    batch: str
    files: int
    problems: tuple[str, ...]


def check_package(*, directory: Path) -> PackageCheck:
    """Compare a package byte by byte with what the tables and the store say it has to be.

    :raises Refused: `no_package`: the folder holds no manifest of a batch that was handed over.
    """
    batch, manifest = _identified(directory)
    approval = batch.approvals.filter(
        revision=manifest["revision"], manifest_sha256=manifest["approval"]["manifest_sha256"]
    ).last()
    if approval is None:
        return PackageCheck(batch.number, 0, (_("この承認は記録されていません。"),))
    problems = [] if approved_files_hold(batch) else [_("保管している承認済みのファイルが変わっています。")]
    wanted = package_files(batch, approval)
    present = {path.name for path in directory.iterdir()}
    problems += [_("%(name)s がありません。") % {"name": name} for name in sorted(set(wanted) - present)]
    problems += [_("%(name)s は余分です。") % {"name": name} for name in sorted(present - set(wanted))]
    for name in sorted(present & set(wanted)):
        content = wanted[name]
        if isinstance(content, bytes):
            problems += _different_line(directory / name, content)
        elif sha256_of(directory / name) != sha256_of(content):
            problems.append(_("%(name)s は承認されたファイルと一致しません。") % {"name": name})
    return PackageCheck(batch.number, len(present & PACKAGE_FILES), tuple(problems))


def _identified(directory: Path) -> tuple[PrintBatch, dict[str, Any]]:
    try:
        manifest = json.loads((directory / MANIFEST_FILE).read_bytes())
        number, _revision, _approval = (
            manifest["batch"],
            manifest["revision"],
            manifest["approval"]["manifest_sha256"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused("no_package", _("このフォルダーに引渡し一式はありません。")) from None
    batch = PrintBatch.objects.select_related("campaign", "branch").filter(number=number).first()
    if batch is None:
        raise Refused("no_package", _("バッチ「%(number)s」はありません。") % {"number": number})
    return batch, manifest


def _different_line(path: Path, wanted: bytes) -> list[str]:
    found = path.read_bytes()
    if hashlib.sha256(found).digest() == hashlib.sha256(wanted).digest():
        return []
    pairs = zip(found.splitlines(keepends=True), wanted.splitlines(keepends=True), strict=False)
    line = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), None)
    if line is None:
        return [_("%(name)s の行数が一致しません。") % {"name": path.name}]
    return [_("%(name)s の%(line)d行目が一致しません。") % {"name": path.name, "line": line}]
