"""Quantizers added where Brevitas has none: at inputs, sums and norms.

Brevitas quantizes the operands of layers with weights, and sums of branches. A network may also
begin with a function, sum values that are not quantized, or have no weights at all.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import brevitas.nn as qnn
from torch import fx

from tercet.frontends.ptq.kinds import SiteKind, kind_of
from tercet.quantizers.calibrated import SignedAct


class State(IntEnum):
    """The state of a value; a function of several values has the greatest of theirs."""

    NONE = 0
    """A size."""
    CONSTANT = 1
    """A parameter, or a function of some."""
    GRID = 2
    """Whole multiples of a scale."""
    REAL = 3
    """A function of whole multiples of a scale."""
    NORM = 4
    """The result of a norm or a softmax, which only a quantizer may read."""
    RAW = 5
    """The model's input, which only a quantizer may read."""


NEEDED = {SiteKind.LAYER: State.GRID, SiteKind.SUM: State.GRID, SiteKind.NORM: State.GRID}
"""The greatest state of operands, by the kind of operator."""


def quantize_sites(graph: Any, real: Sequence[bool], *, outputs: bool) -> None:
    """Insert quantizers into a graph of Brevitas so that each value that needs one has it.

    `real`: which of the inputs are floats. With `outputs`, whatever the model returns is quantized.
    """
    sites = _Sites(graph)
    inputs = iter(real)
    for node in list(graph.graph.nodes):
        if node.op == "placeholder":
            sites.state[node] = State.RAW if next(inputs) else State.NONE
        elif node.op == "get_attr":
            sites.state[node] = State.CONSTANT
        elif node.op == "output":
            most = State.GRID if outputs else State.NORM
            for value in node.all_input_nodes:
                sites.require(node, value, most)
        else:
            sites.visit(node)
    graph.recompile()
    graph.graph.lint()


class _Sites:
    """The states of values so far, and the inserted quantizers."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.state: dict[fx.Node, State] = {}
        self._made: dict[fx.Node, fx.Node] = {}

    def visit(self, node: fx.Node) -> None:
        kind, operands = kind_of(node, self.graph), node.all_input_nodes
        tensors = [one for one in operands if self.state[one] > State.CONSTANT]
        known = max((self.state[one] for one in operands), default=State.NONE)
        if kind is SiteKind.SIZE:
            self.state[node] = State.NONE
        elif not tensors:
            self.state[node] = known
        elif kind is SiteKind.GRID:
            bare = isinstance(self.graph.get_submodule(node.target), qnn.QuantIdentity)
            self.require(node, tensors[0], State.RAW if bare else State.REAL)
            self.state[node] = State.GRID
        elif kind is SiteKind.MOVE:
            self.state[node] = known
        else:
            several = State.GRID if len(tensors) > 1 else State.REAL
            for value in tensors:
                self.require(node, value, NEEDED.get(kind, several))
            if kind is SiteKind.SUM:
                self._weights(node, operands[:2])
            self.state[node] = State.NORM if kind is SiteKind.NORM else State.REAL

    def _weights(self, reader: fx.Node, operands: Sequence[fx.Node]) -> None:
        """Quantize parameters among the factors; an operand behind them is a bias."""
        for value in operands:
            if self.state[value] is State.CONSTANT:
                reader.replace_input_with(value, self._quantized(value))

    def require(self, reader: fx.Node, value: fx.Node, most: State) -> None:
        """Quantize `value` for `reader` if its state is greater than `most`."""
        if self.state[value] > most:
            reader.replace_input_with(value, self._quantized(value))

    def _quantized(self, value: fx.Node) -> fx.Node:
        if value not in self._made:
            name = f"{value.name}_grid"
            self.graph.add_module(name, qnn.QuantIdentity(act_quant=SignedAct))
            with self.graph.graph.inserting_after(value):
                made = self.graph.graph.call_module(name, (value,))
            self._made[value], self.state[made] = made, State.GRID
        return self._made[value]
