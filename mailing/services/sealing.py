"""暗号化: the vendor package as one encrypted file, whose password only a second person has ever seen."""

from __future__ import annotations

import io
import secrets
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyzipper
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from mailing.models import SealedPackage
from mailing.services.file_store import sha256_of, store, stored
from mailing.services.guards import locked, require
from mailing.services.manifest import MANIFEST_FILE
from mailing.services.release import package_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from backoffice.models import User
    from mailing.models import PrintBatch

SEALED, SUFFIX = "sealed", ".zip"
# 32 signs that nobody takes for another one, six groups of four: 120 bits.
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _PER_GROUP = 6, 4


@transaction.atomic
def seal_package(*, batch: PrintBatch, by: User, at: datetime) -> str:
    """Encrypt the package of a released batch (ZIP with AES-256) under a new password, and return that password.

    It is not stored: whoever calls shows it once. An earlier sealed file of the batch is gone afterwards, its row stays.

    :raises PermissionDenied: `by` may not release it.
    :raises Refused: `sealing_is_off`; `no_package`; `releaser_is_not_shown_the_password`.
    """
    now = locked(batch)
    require(by, Permission.RELEASE_BATCH, now)
    if not now.campaign.seal_packages:
        raise Refused("sealing_is_off", _("この一括発行では、引渡し一式を暗号化しない設定です。"))
    folder = package_path(now)
    if now.released_by is None or not (folder / MANIFEST_FILE).is_file():
        raise Refused("no_package", _("引渡し一式はまだ作成されていません。"))
    if now.released_by == by:
        raise Refused(
            "releaser_is_not_shown_the_password",
            _("引き渡した本人にはパスワードを表示できません。別の担当者が操作してください。"),
        )
    password = _new_password()
    content = _encrypted(folder, password)
    earlier = sealed_package(now)
    seal = SealedPackage.objects.create(
        batch=now,
        revision=now.revision,
        package_sha256=sha256_of(folder / MANIFEST_FILE),
        sha256=store(SEALED, content, SUFFIX),
        size=len(content),
        released_by=now.released_by,
        sealed_by=by,
        sealed_at=at,
    )
    if earlier:
        transaction.on_commit(lambda: _file_of(earlier).unlink(missing_ok=True))
    assert _file_of(seal).is_file()
    return password


def sealed_package(batch: PrintBatch) -> SealedPackage | None:
    """The newest sealed package of the batch's present revision."""
    return batch.sealed_packages.filter(revision=batch.revision).order_by("pk").last()


def is_up_to_date(seal: SealedPackage) -> bool:
    """Whether the package has not changed since it was sealed; a later pull list changes it."""
    manifest = package_path(seal.batch) / MANIFEST_FILE
    return manifest.is_file() and sha256_of(manifest) == seal.package_sha256


def sealed_file(*, batch: PrintBatch, by: User) -> Path:
    """The sealed file, for anybody who may release the batch but the one who was shown the password.

    :raises PermissionDenied: `by` may not release it.
    :raises Refused: `not_sealed`: there is none, or the package has changed since; `password_holder`.
    """
    require(by, Permission.RELEASE_BATCH, batch)
    seal = sealed_package(batch)
    if seal is None or not is_up_to_date(seal) or not _file_of(seal).is_file():
        raise Refused(
            "not_sealed",
            _("暗号化した引渡し一式がないか、そのあとに引渡し一式が変わりました。暗号化してください。"),
        )
    if seal.sealed_by_id == by.pk:
        raise Refused(
            "password_holder",
            _("パスワードを見た方は、ファイルを持ち出せません。別の担当者が保存してください。"),
        )
    return _file_of(seal)


@contextmanager
def opened_package(path: Path, *, password: Callable[[], str]) -> Iterator[Path]:
    """The folder of a package, be it given as a folder or as a sealed file; only for the latter the password is asked for.

    :raises Refused: `sealed_package_unreadable`: wrong password, or a byte of the file was changed.
    """
    if not path.is_file():
        yield path
        return
    with TemporaryDirectory() as unpacked:
        folder = Path(unpacked)
        try:
            with pyzipper.AESZipFile(path) as packed:
                packed.setpassword(password().encode())
                for name in packed.namelist():
                    (folder / PurePosixPath(name).name).write_bytes(packed.read(name))
        except (pyzipper.BadZipFile, RuntimeError, OSError, ValueError) as error:
            message = _("暗号化した引渡し一式を開けません。パスワードが違うか、ファイルが変わっています。")
            raise Refused("sealed_package_unreadable", message) from error
        yield folder


def _new_password() -> str:
    groups = ["".join(secrets.choice(_SIGNS) for _sign in range(_PER_GROUP)) for _group in range(_GROUPS)]
    return "-".join(groups)


def _encrypted(folder: Path, password: str) -> bytes:
    written = io.BytesIO()
    with pyzipper.AESZipFile(
        written, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as packed:
        packed.setpassword(password.encode())
        for path in sorted(folder.iterdir()):
            packed.write(path, path.name)
    return written.getvalue()


def _file_of(seal: SealedPackage) -> Path:
    return stored(SEALED, seal.sha256, SUFFIX)
