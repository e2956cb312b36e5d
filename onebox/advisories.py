"""`python -m onebox.advisories`: whether a published security advisory names a package that a deployment installs.

Fails where one does. Where the advisories cannot be asked (no network, or an index that has none), it says so and lets pass: a
machine without them must be able to run the gates, and the line in the log says how many packages were really looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOCK = Path("requirements/base.lock")
SECONDS = 180


def asked(lock: Path) -> dict[str, Any] | None:
    """What the advisories say of every package of a lock file; None where nobody answered."""
    with TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--requirement",
            str(lock),
            "--disable-pip",
            "--require-hashes",
        ]
        quiet = ["--progress-spinner", "off", "--format", "json", "--output", str(answer)]
        try:
            subprocess.run([*command, *quiet], capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return None
        return json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else None


def judged(answer: dict[str, Any] | None) -> tuple[int, str]:
    """The exit code, and the line that says why."""
    if answer is None:
        return 0, "advisories: nobody answered; nothing was looked up"
    packages = answer["dependencies"]
    known = [package for package in packages if "vulns" in package]
    named = [
        f"{package['name']} {package['version']}: {', '.join(vuln['id'] for vuln in package['vulns'])}"
        for package in known
        if package["vulns"]
    ]
    said = f"advisories: {len(known)} of {len(packages)} packages looked up, {len(named)} named"
    return int(bool(named)), "\n".join([said, *named])


def main() -> int:
    """Ask, say, and return the exit code."""
    code, said = judged(asked(LOCK))
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
