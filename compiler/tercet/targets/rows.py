"""What an accelerator says of its layers, for people: how each lies on it, and what was weighed."""

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
    """Such as mac (sums of products), depthwise (of one channel each) or vector (by value)."""
    result: str
    """The operator whose result it makes, by the name that it has among the steps."""
    grid: Grid
    positions: Positive
    channels: Positive
    """Of the result."""
    groups: Positive
    """Of outputs that a tile makes in turn, from the same activations."""
    lanes: Positive
    """That work."""
    planes: Count
    """Of trits, that its weights take; 0 without weights."""
    columns: Count
    """Of weights, on every tile."""
    sparsity: Share
    """Share of its weights that are zero, 0 to 1."""


@dataclass(frozen=True)
class Trial:
    """A grid that a step could have."""

    grid: Grid
    estimate: Figure | None
    """Cycles of the whole network with it, about; None where it does not go."""
    exact: Figure | None
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
