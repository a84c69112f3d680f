"""What an accelerator says of its layers, for people: how each lies on it, and what was weighed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """How the tiles share a layer: bands of positions, slices of inputs, slices of outputs."""

    bands: int
    slices: int
    outs: int


@dataclass(frozen=True)
class Layer:
    """A step of the network on an accelerator."""

    name: str
    kind: str
    """Such as mac (sums of products), depthwise (of one channel each) or vector (by value)."""
    result: str
    """The operator whose result it makes, by the name that it has among the steps."""
    grid: Grid
    positions: int
    channels: int
    """Of the result."""
    groups: int
    """Of outputs that a tile makes in turn, from the same activations."""
    lanes: int
    """That work."""
    planes: int
    """Of trits, that its weights take; 0 without weights."""
    columns: int
    """Of weights, on every tile."""
    sparsity: float
    """Share of its weights that are zero, 0 to 1."""


@dataclass(frozen=True)
class Trial:
    """A grid that a step could have."""

    grid: Grid
    estimate: float | None
    """Cycles of the whole network with it, about; None where it does not go."""
    exact: float | None
    """By the cycle model, on drawn activations; None where it was not tried."""
    chosen: bool


@dataclass(frozen=True)
class Choice:
    """What was weighed for a step."""

    step: str
    """The layer's name."""
    grid: Grid
    """What it got: a vector may follow an operand to a grid that nobody would choose for it."""
    trials: tuple[Trial, ...]
