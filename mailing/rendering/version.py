"""The version of what the sheets look like: a hash over everything that shapes them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

from mailing.rendering.pages import TEMPLATES
from mailing.rendering.slots import SLOTS


@cache
def template_version() -> str:
    """SHA-256 (first 16 hex digits) over templates, style sheet, slots, fonts and layout engine."""
    digest = hashlib.sha256()
    for path in sorted(TEMPLATES.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(repr(sorted(SLOTS.items(), key=lambda item: item[0])).encode())
    for package in ("weasyprint", "noto-cjk-sans-jp-regular", "noto-cjk-sans-jp-bold", "segno"):
        digest.update(version(package).encode() + b"\0")
    return digest.hexdigest()[:16]
