"""A line on stderr that says what a command is doing, shown after one second."""

from threading import Event, Thread
from types import TracebackType

from rich.console import Console

AFTER, EVERY = 1.0, 5.0
"""Seconds until the first line, and from one line of a log to the next."""


class Progress:
    """A context manager that prints what a command is doing; silent if `console` is None.

    A terminal gets one line that changes; a log gets a line every few seconds.
    """

    def __init__(self, console: Console | None, after: float = AFTER, every: float = EVERY) -> None:
        self._console, self._after, self._every = console, after, every
        self._what = self._said = ""
        self._ended = Event()
        self._status = None if console is None else console.status("")
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Progress":
        if self._console is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._console is not None:
            self._thread.join()

    def tell(self, what: str) -> None:
        """Name what the command is doing from now on."""
        self._what = what

    def _watch(self) -> None:
        assert self._console is not None
        assert self._status is not None
        if self._ended.wait(self._after):
            return
        if not self._console.is_terminal:
            self._log()
            while not self._ended.wait(self._every):
                self._log()
            return
        with self._status as status:
            while not self._ended.wait(0.1):
                status.update(self._what)

    def _log(self) -> None:
        assert self._console is not None
        if self._what != self._said:
            self._console.print(f"· {self._what}", highlight=False, markup=False)
        self._said = self._what
