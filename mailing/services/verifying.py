"""Making a batch's file again from the tables and comparing: a file may be thrown away, because it can be made again exactly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from mailing.rendering.press import bind, print_sheaf
from mailing.rendering.version import template_version
from mailing.services.documents import drafts_of
from mailing.services.file_store import ARTIFACTS, sha256_of, store, stored
from mailing.services.finishing import BATCH_FILE
from mailing.services.rendering import CHUNK_ENVELOPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailing.models import PrintBatch
    from mailing.rendering.sheaf import Sheaf


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of making a batch's file again: the hash on record, the hash of what was made, and whether the stored file is
    there with the hash on record."""

    recorded: str
    made: str
    stored: bool
    restored: bool

    @property
    def same(self) -> bool:
        """Whether the tables still give exactly the recorded file."""
        return self.recorded == self.made


def verify_batch(*, batch: PrintBatch, restore: bool = False) -> Verified:
    """Make the file of the batch's present revision again and compare; with `restore`, put a lost file back if it is the same.

    :raises Refused: `no_file`: the batch was not rendered; `other_press`: it was made by another version of the templates or
        the press, which this one cannot repeat.
    """
    artifact = batch.artifacts.filter(revision=batch.revision, name=BATCH_FILE).first()
    if artifact is None:
        raise Refused("no_file", _("バッチ %(number)s はまだ組版されていません。") % {"number": batch.number})
    if artifact.template_version != template_version():
        raise Refused(
            "other_press",
            _("バッチ %(number)s は別の版の様式で作成されているため、照合できません。")
            % {"number": batch.number},
        )
    content = bind(_sheaves(batch))
    made = hashlib.sha256(content).hexdigest()
    path = stored(ARTIFACTS, artifact.sha256)
    present = path.is_file() and sha256_of(path) == artifact.sha256
    restored = restore and not present and made == artifact.sha256
    if restored:
        store(ARTIFACTS, content)
    return Verified(artifact.sha256, made, present, restored)


def _sheaves(batch: PrintBatch) -> Iterator[Sheaf]:
    last = batch.envelope_count
    for first in range(1, last + 1, CHUNK_ENVELOPES):
        places = (first, first + CHUNK_ENVELOPES - 1)
        drafts = drafts_of(batch.envelopes.filter(position__range=places))
        yield print_sheaf([draft.sheets for draft in drafts]).sheaf
