"""The command `tercet`: one file a command. The only part of Tercet that writes files."""

from tercet.cli.app import app

__all__ = ["main"]


def main() -> None:
    """The entry point of `tercet`."""
    app()
