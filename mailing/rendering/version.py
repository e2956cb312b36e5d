"""The version of what the sheets look like: a hash over everything that shapes them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mailing.rendering.pages import TEMPLATES

_PACKAGES = (
    "weasyprint",
    "noto-cjk-sans-jp-regular",
    "noto-cjk-sans-jp-bold",
    "segno",
    "uharfbuzz",
    "deflate",
)


@cache
def template_version() -> str:
    """SHA-256 (first 16 hex digits) over templates, style sheet, the press itself, fonts and libraries."""
    digest = hashlib.sha256()
    for path in sorted([*TEMPLATES.iterdir(), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for package in _PACKAGES:
        digest.update(version(package).encode() + b"\0")
    return digest.hexdigest()[:16]
