"""Plain aliases of folders whose names make, Verilator or the shell would misread.

/home/me/my work/build/sim/.tercet-new-1f0c33  becomes  /tmp/tercet-x7d2/0
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from re import fullmatch

PLAIN = r"[\w./+-]+"
"""ASCII paths that every tool reads as one word."""


@contextmanager
def aliases(*folders: Path) -> Iterator[Callable[[str], str]]:
    """A context with a function that replaces `folders` in a text by their plain names."""
    longest_first = sorted({str(folder.resolve()) for folder in folders}, key=len, reverse=True)
    with tempfile.TemporaryDirectory(prefix="tercet-", dir=_plain_folder()) as home:
        names = {folder: str(Path(home) / str(i)) for i, folder in enumerate(longest_first)}
        for folder, name in names.items():
            Path(name).symlink_to(folder)

        def renamed(text: str) -> str:
            for folder, name in names.items():
                text = text.replace(folder, name)
            return text

        yield renamed


def _plain_folder() -> str:
    """The folder of temporary files, or /tmp if that has no plain name."""
    own = tempfile.gettempdir()
    return own if own.isascii() and fullmatch(PLAIN, own) else "/tmp"
