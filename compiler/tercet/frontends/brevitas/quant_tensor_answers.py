"""Answers to `isinstance(x, QuantTensor)` in a forward, recorded in a run, replayed in the export.

Quantizers return plain tensors while a module is exported. A forward that asserts or branches on
`isinstance(x, QuantTensor)` gets the answers of the run, place by place.
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
"""The place of a question in the bytecode."""
KINDS = tuple(
    kind
    for kind in vars(quant_tensor).values()
    if isinstance(kind, type) and issubclass(kind, QuantTensor)
)
THEIRS = "brevitas", "torch", "tercet", "tercet_golden"
"""Packages whose own questions are not recorded."""
VALUE = "value"
"""The attribute of a QuantTensor that holds its reals."""
Answer = Callable[[Place, bool], bool]
"""The answer to give, from the place and the plain answer."""


@dataclass(frozen=True)
class AnswerLog:
    """The recorded answers at each place, in order."""

    found: dict[Place, list[bool]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def noted(self) -> Iterator[None]:
        """A context in which every answer is recorded."""

        def answer(place: Place, own: bool) -> bool:
            self.found[place].append(own)
            return own

        with _asked(answer):
            yield

    @contextmanager
    def given(self) -> Iterator[None]:
        """A context in which each place gets its recorded answers; a tensor's value is itself."""
        turns = {place: cycle(answers) for place, answers in self.found.items()}
        setattr(Tensor, VALUE, property(lambda tensor: tensor))
        try:
            with _asked(lambda place, own: next(turns[place]) if place in turns else own):
                yield
        finally:
            delattr(Tensor, VALUE)


@contextmanager
def _asked(answer: Answer) -> Iterator[None]:
    """A context in which `answer` answers the user's questions about QuantTensors."""
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
