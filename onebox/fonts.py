"""The fonts: Noto Sans CJK JP out of the locked wheels first, the machine's own after it."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.sax.saxutils import escape

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def write_fonts_conf(target: Path, *, packages: Path, cache: Path) -> Path:
    """Write a fontconfig file over the fonts below `packages` (site-packages); equal, it is left alone."""
    folders = [
        *sorted(packages.glob("noto_cjk_*_*")),
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
    ]
    listed = "\n".join(f"  <dir>{escape(str(folder))}</dir>" for folder in folders if folder.is_dir())
    text = CONFIGURATION.format(folders=listed, cache=escape(str(cache)))
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return target


def site_packages(prefix: Path) -> Path:
    """The site-packages folder of the environment at `prefix`."""
    return next(iter(sorted(prefix.glob("lib/python3*/site-packages"))))


if __name__ == "__main__":  # the container image calls this once, while it is built
    write_fonts_conf(Path(sys.argv[1]), packages=site_packages(Path(sys.prefix)), cache=Path(sys.argv[2]))
