"""Questions of a forward whether a value is a QuantTensor, answered in the graph as in the run.

Quantizers return plain tensors while a module is exported. A forward that asserts or branches on
`isinstance(x, QuantTensor)` gets there what it got when the module ran, place by place.
"""

import builtins
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from types import CodeType
from typing import Any

from brevitas import quant_tensor
from brevitas.quant_tensor import QuantTensor
from torch import Tensor

Place = tuple[CodeType, int]
"""Where in the bytecode a question stands."""
KINDS = tuple(
    kind
    for kind in vars(quant_tensor).values()
    if isinstance(kind, type) and issubclass(kind, QuantTensor)
)
THEIRS = "brevitas", "torch", "tercet", "tercet_golden"
"""Packages that ask for themselves."""
VALUE = "value"
"""The reals of a QuantTensor."""
Answer = Callable[[Place, bool], bool]
"""From a place and the plain answer to the one that is given there."""


@dataclass(frozen=True)
class AnswerLog:
    """What was answered at each place, in order."""

    found: dict[Place, list[bool]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Inside, every answer is kept."""

        def answer(place: Place, own: bool) -> bool:
            self.found[place].append(own)
            return own

        with _asked(answer):
            yield

    @contextmanager
    def given(self) -> Iterator[None]:
        """Inside, each place is answered as it was; the value of a tensor is itself."""
        turns = {place: cycle(answers) for place, answers in self.found.items()}
        setattr(Tensor, VALUE, property(lambda tensor: tensor))
        try:
            with _asked(lambda place, own: next(turns[place]) if place in turns else own):
                yield
        finally:
            delattr(Tensor, VALUE)


@contextmanager
def _asked(answer: Answer) -> Iterator[None]:
    """Inside, what a user's code asks about QuantTensors is answered by `answer`."""
    plain = builtins.isinstance

    def asked(value: Any, kinds: Any) -> bool:
        own = plain(value, kinds)
        if kinds in KINDS or (plain(kinds, tuple) and any(kind in KINDS for kind in kinds)):
            frame = sys._getframe(1)
            if str(frame.f_globals.get("__name__")).partition(".")[0] not in THEIRS:
                return answer((frame.f_code, frame.f_lasti), own)
        return own

    builtins.isinstance = asked
    try:
        yield
    finally:
        builtins.isinstance = plain
