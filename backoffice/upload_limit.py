"""How large a file from the browser may be: a larger one is refused before any of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict


class UploadLimit(FileUploadHandler):
    """Stands before the handlers that keep files, and looks at what the request says of its length, whoever sends it."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - named by Django
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, MultiValueDict[str, Any]] | None:
        """Refuse what is longer than `MOST_UPLOAD_BYTES`; else leave it to the handlers behind."""
        if content_length > settings.MOST_UPLOAD_BYTES:
            raise RequestDataTooBig(f"{content_length} bytes are more than {settings.MOST_UPLOAD_BYTES}")
        return None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass everything on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Keep nothing."""
