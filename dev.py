#!/usr/bin/env python3
"""Todoke on one machine, without anything installed: `python3 dev.py demo`, `test`, `manage` or `stop`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one line that an older Python does run
    sys.exit("error: Todoke needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

from onebox.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
