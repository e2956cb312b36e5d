"""What every command needs before it: libraries and fonts. Done once; a second run only looks."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

from onebox import environment
from onebox.console import Trouble
from onebox.fonts import site_packages, write_fonts_conf
from onebox.pango import ensure_pango
from onebox.venv import ensure_venv

if TYPE_CHECKING:
    from onebox.clone import Clone


def refuse_strange_machines() -> None:
    """Say at once what would fail later and unclearly.

    :raises Trouble: not Linux, or a C library the locked wheels are not built for.
    """
    if sys.platform != "linux":
        raise Trouble("dev.py runs on Linux; elsewhere use docker-compose.yml.")
    if platform.libc_ver()[0] != "glibc":
        raise Trouble(
            "dev.py needs a Linux with glibc (Debian, Ubuntu, …); on musl (Alpine) use docker-compose.yml."
        )


def prepare(clone: Clone) -> dict[str, str]:
    """Make libraries and fonts ready, and give the environment of this clone's processes.

    :raises Trouble: something is missing that cannot be brought in.
    """
    refuse_strange_machines()
    clone.make_folders()
    with clone.locked("preparation"):
        ensure_venv(clone)
        libraries = ensure_pango(clone)
        fonts = write_fonts_conf(
            clone.local / "fonts.conf",
            packages=site_packages(clone.venv),
            cache=clone.local / "fontconfig-cache",
        )
        return environment.for_children(clone, libraries, fonts)
