"""The time of a sign-off by stage, and the listener that is told of its progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol

from tercet.report.contract import Check, Stage


class Listener(Protocol):
    """The receiver of a sign-off's progress."""

    def stage(self, name: str) -> None:
        """A stage begins."""

    def detail(self, what: str) -> None:
        """A step of a long stage begins."""

    def progress(self, done: int, total: int) -> None:
        """`done` of `total` stages have ended."""

    def check(self, check: Check) -> None:
        """A check has ended."""


class Silent:
    """A listener that ignores everything."""

    def stage(self, name: str) -> None:
        pass

    def detail(self, what: str) -> None:
        pass

    def progress(self, done: int, total: int) -> None:
        pass

    def check(self, check: Check) -> None:
        pass


class Stages:
    """A stopwatch in which every second counts for the innermost open stage.

    `total` is the number of outermost stages; each one that ends is progress.
    """

    def __init__(self, listener: Listener, total: int = 0) -> None:
        self._listener = listener
        self._done, self._total = 0, total
        self._seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._charge()
        self._open.append(name)
        self._seconds.setdefault(name, 0.0)
        self._listener.stage(name)
        try:
            yield
        finally:
            self._charge()
            self._open.pop()
            if self._open:
                self._listener.stage(self._open[-1])
            else:
                self._done += 1
                self._listener.progress(self._done, self._total)

    def detail(self, what: str) -> None:
        """Tell the listener the step of the open stage."""
        self._listener.detail(f"{self._open[-1]}: {what}")

    def _charge(self) -> None:
        """Give the time since the last change to the innermost open stage."""
        now = perf_counter()
        if self._open:
            self._seconds[self._open[-1]] += now - self._since
        self._since = now

    def timing(self) -> tuple[Stage, ...]:
        """The stages in the order they were first opened."""
        return tuple(Stage(name, seconds) for name, seconds in self._seconds.items())
