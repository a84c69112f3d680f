"""State of a lowering: the tensors and steps so far, and the place of every cell in them."""

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.op import IntegerOp
from tercet.ir.types import Int, IntArray
from tercet.targets.fabric.lower.cells import Pending, Value, View, inverse
from tercet.targets.fabric.lower.layout import Layout
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Tensor

HELD = Interval(-256, 255)
"""Range of a stored activation less its zero point."""


@dataclass(frozen=True, eq=False)
class Places:
    """Tensor, position and channel of cells, in their shape; -1 for a cell that is not stored."""

    tensor: IntArray
    position: IntArray
    channel: IntArray


@dataclass(eq=False)
class Context:
    """Tensors, steps and names that the rules read and extend."""

    names: dict[SSAValue, str]
    tensors: list[Tensor] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    copies: dict[tuple[View, int | None, Hashable], View] = field(default_factory=dict)
    """Copies that exist, by the view, the zero point and the key of the layout."""
    _bases: list[int] = field(default_factory=lambda: [0])
    _used: dict[str, int] = field(default_factory=dict)

    def step_name(self, wish: str) -> str:
        """`wish`, with a number behind if it is taken."""
        self._used[wish] = self._used.get(wish, 0) + 1
        return wish if self._used[wish] == 1 else f"{wish} #{self._used[wish]}"

    def tensor(self, name: str, layout: Layout, element: Int, zero_point: int) -> Tensor:
        """A new tensor, numbered if its name is taken. Raises UnsupportedError for wide values."""
        _require_bytes(name, element, zero_point)
        taken = {one.name for one in self.tensors}
        number = next(i for i in range(len(taken) + 1) if _copy(name, i) not in taken)
        channels = layout.order.shape[1]
        made = Tensor(
            _copy(name, number),
            layout.height,
            layout.width,
            channels,
            element,
            zero_point,
            layout.order,
        )
        self.tensors.append(made)
        self._bases.append(self._bases[-1] + layout.order.size)
        return made

    def base(self, tensor: Tensor) -> int:
        """The cell of a tensor's first element; the others follow, row-major."""
        return self._bases[self.tensors.index(tensor)]

    def view(self, name: str, tensor: Tensor, shape: tuple[int, ...]) -> View:
        """The view of a value that a tensor holds whole."""
        at = inverse(tensor.order, int(np.prod(shape)))
        return View(name, (self.base(tensor) + at).reshape(shape))

    def locate(self, cells: IntArray) -> Places:
        bases = np.array(self._bases)
        which = np.searchsorted(bases, cells, "right") - 1
        stored = cells >= 0
        inside = cells - bases[which]
        widths = np.array([tensor.channels for tensor in self.tensors] + [1])[which]
        found = (which, inside // widths, inside % widths)
        return Places(*(np.where(stored, part, -1) for part in found))

    def held_by(self, cells: IntArray) -> list[Tensor]:
        """The tensors that hold these cells."""
        which = np.searchsorted(self._bases, cells[cells >= 0], "right") - 1
        return [self.tensors[i] for i in np.flatnonzero(np.bincount(which.reshape(-1)))]

    def stored(self, op: IntegerOp, value: Value) -> View:
        """The operand as a view. Raises UnsupportedError for sums."""
        if isinstance(value, Pending):
            raise UnsupportedError(
                f"{op.name.partition('.')[2]} reads the sums {value.name}, the fabric takes "
                "sums only into a quantizer",
                layer=op.layer.data,
                way_out="quantize them before this layer",
            )
        return value


def _copy(name: str, number: int) -> str:
    return name if number == 0 else f"{name} (copy {number})"


def _require_bytes(name: str, element: Int, zero_point: int) -> None:
    kept = Interval.of(element)
    if element.width.data > 8:
        raise UnsupportedError(
            f"its values are {element}, the fabric keeps activations of up to 8 bits",
            layer=name,
            way_out="quantize them to u8 or s8",
        )
    if not HELD.holds(Interval(kept.low - zero_point, kept.high - zero_point)):
        raise UnsupportedError(
            f"its values are {element} and count from {zero_point}, the fabric keeps 9 "
            "bits of the difference",
            layer=name,
            way_out="choose a zero point that is one of the values",
        )
