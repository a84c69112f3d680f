"""Rows that an accelerator reports for a user: its layers, and the grids that were tried."""

from dataclasses import dataclass

from tercet.documents import Count, Figure, Name, Positive, Share


@dataclass(frozen=True)
class Grid:
    """How the tiles share a layer: bands of positions, slices of inputs, slices of outputs."""

    bands: Positive
    slices: Positive
    outs: Positive


@dataclass(frozen=True)
class Layer:
    """A step of the network on an accelerator."""

    name: str
    kind: Name
    """mac (sums of products), depthwise (sums of one channel each) or vector (value by value)."""
    result: str
    """Name of the operator whose result it makes."""
    grid: Grid
    positions: Positive
    channels: Positive
    """Channels of the result."""
    groups: Positive
    """Groups of outputs that a tile makes in turn from the same activations."""
    lanes: Positive
    """Lanes in use."""
    planes: Count
    """Planes of trits that its weights take; 0 without weights."""
    columns: Count
    """Weight columns on every tile."""
    sparsity: Share
    """Share of its weights that are zero, 0 to 1."""


@dataclass(frozen=True)
class Trial:
    """A grid that the search tried for a step."""

    grid: Grid
    estimate: Figure | None
    """Estimated cycles of the whole network with it; None if it is impossible."""
    exact: Figure | None
    """Cycles by the cycle model on random activations; None if it was not run."""
    chosen: bool


@dataclass(frozen=True)
class Choice:
    """The grid of a step, and the grids that the search tried for it."""

    step: str
    """The layer's name."""
    grid: Grid
    """Its grid in the plan. A vector step may follow an operand to a grid that is not its best."""
    trials: tuple[Trial, ...]
