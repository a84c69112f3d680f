"""The command `tercet`: one file a command. The only part of Tercet that writes files."""

import os
import sys
from errno import ENOSPC
from io import TextIOWrapper

from tercet.cli.app import app

__all__ = ["main"]


def main() -> None:
    """The entry point of `tercet`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that lacks a symbol shows "?"
            stream.reconfigure(errors="replace")
    try:
        app()
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # discards what Python still buffers
        print(f"tercet: cannot write the output: {error.strerror}", file=sys.stderr)
        sys.exit(1)
