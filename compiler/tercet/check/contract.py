"""The dataclasses of `tercet check --json`. Their field names are the names in the JSON."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from tercet.documents import Count, Figure, Name, Positive, Share
from tercet.targets.rows import Choice, Layer

Version = Literal[1]
VERSION: Final[Version] = get_args(Version)[0]
"""Version of the JSON. It rises when a field changes its meaning, comes or goes."""

Verdict = Literal["pass", "fail"]
Kind = Literal["power of two", "odd"]


@dataclass(frozen=True)
class Value:
    """A tensor, without its batch."""

    shape: tuple[Count, ...]
    element: str
    """Element type: ui8, si32 and so on; f64 for reals."""
    low: int | None
    """With `high`: the proven range of every element; None for reals."""
    high: int | None
    bits: Positive | None
    """The fewest bits that hold `low` to `high`."""


@dataclass(frozen=True)
class Scale:
    """The real difference of two neighbouring integers."""

    kind: Kind
    granularity: Literal["per tensor", "per channel"]


@dataclass(frozen=True)
class Weights:
    """The integer weights of an operator."""

    shape: tuple[Count, ...]
    count: Count
    low: int
    high: int
    planes: Positive
    """Planes of trits that these weights take on the fabric: 1 for ternary and binary weights."""
    sparsity: Share
    """Share of the weights that are zero, 0 to 1."""
    scale: Scale | None
    """None if the captured model has no scale for them."""


@dataclass(frozen=True)
class Rescale:
    """Constants of a requantization: bits of the widest ones, sign included, and the shifts."""

    mul_bits: Count
    add_bits: Count
    shift_low: Count
    shift_high: Count


@dataclass(frozen=True)
class Method:
    """How an operator computes in integers what the model computes in reals.

    An "algorithm" is defined to the last bit, but only approximates the reals.
    """

    name: Literal["product and shift", "thresholds", "table", "algorithm"]
    channels: Count
    """Channels with constants of their own."""
    entries: Count
    """Thresholds or table entries of one channel; 0 for a product."""
    rescale: Rescale | None


@dataclass(frozen=True)
class Proof:
    """The certificates of an operator, each re-checked."""

    channels: Count
    proven: Count
    finding: str | None
    """The first certificate that fails, in a sentence."""


@dataclass(frozen=True)
class Place:
    """Where an operator runs, and why there."""

    where: str
    """The name of an accelerator, "host" or "nowhere"."""
    why: str


@dataclass(frozen=True)
class Step:
    """One operator."""

    name: str
    """Name of its result, the same in every report: "fc1:linear"."""
    layer: str
    operator: str
    operands: tuple[Value, ...]
    result: Value
    weights: Weights | None
    scale: Scale | None
    """Scale of the result, if it has one."""
    method: Method | None
    """None for an operator that replaces no real arithmetic."""
    proof: Proof | None
    place: Place


@dataclass(frozen=True)
class Problem:
    """Why the network can't be built, and what to change."""

    layer: str
    message: str


@dataclass(frozen=True)
class Fabric:
    """The fabric configuration that was asked for, and whether it runs the network."""

    name: str
    takes: bool
    reason: str
    """Why the fabric refuses the network; "" if it takes it."""
    layers: tuple[Layer, ...]
    """The layers on the fabric; none if it refuses the network."""
    search: tuple[Choice, ...]
    """The grids that the search tried, if that was asked for."""


@dataclass(frozen=True)
class Pair:
    """The weights of a layer in two files; the name is empty in a file that lacks the layer."""

    layer: str
    other: str
    shape: tuple[Count, ...]
    different: Count
    """How many integers differ."""
    first: tuple[int, ...] | None
    """Index of the first one that differs."""
    found: int | None
    """Its value in the model."""
    expected: int | None
    """Its value in the other file."""
    scale_error: Figure | None
    """The largest relative difference of their scales."""


@dataclass(frozen=True)
class Comparison:
    """The weights of the model against those of another file."""

    against: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Samples:
    """Real inputs that were compared with the ranges of the network's input quantizers."""

    source: Name
    """A file, or the zoo."""
    count: Positive
    warnings: tuple[Name, ...]
    """Sentences on inputs far outside of the range of their quantizer."""


@dataclass(frozen=True)
class Check:
    """The check of a network. Its verdict is pass if it has no problem."""

    version: Version
    model: str
    fabric: Fabric
    verdict: Verdict
    steps: tuple[Step, ...]
    """The inputs, every operator, and the host's operators on the results."""
    problems: tuple[Problem, ...]
    comparison: Comparison | None
    weights: Count
    """Weights of all layers, unsupported layers included."""
    samples: Samples | None
    """None if there are no samples or no integer network."""
