"""The command `tercet`: one file a command. The only part of Tercet that writes files."""

import sys
from io import TextIOWrapper

from tercet.cli.app import app

__all__ = ["main"]


def main() -> None:
    """The entry point of `tercet`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without our signs gets a ? for each
            stream.reconfigure(errors="replace")
    app()
