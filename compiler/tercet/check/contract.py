"""The values behind `tercet check --json`. Field names here are the names in the JSON."""

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
    """ui8, si32 and so on; f64 for what is no integer yet."""
    low: int | None
    """With `high`: all that can occur, proven; None for reals."""
    high: int | None
    bits: Positive | None
    """The fewest bits that hold `low` to `high`."""


@dataclass(frozen=True)
class Scale:
    """The real size of a step of integers."""

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
    """Of trits, that these weights take on the fabric: 1 for ternary and binary ones."""
    sparsity: Share
    """Share of them that are zero, 0 to 1."""
    scale: Scale | None
    """None where the captured model does not say."""


@dataclass(frozen=True)
class Rescale:
    """What a requantization needs: bits of the widest constants, sign included, and the shifts."""

    mul_bits: Count
    add_bits: Count
    shift_low: Count
    shift_high: Count


@dataclass(frozen=True)
class Method:
    """How an operator stands for real arithmetic.

    By an algorithm: one that is defined to the last bit, and comes near the reals only.
    """

    name: Literal["product and shift", "thresholds", "table", "algorithm"]
    channels: Count
    """That have constants of their own."""
    entries: Count
    """Thresholds or table entries of a channel; 0 for a product."""
    rescale: Rescale | None


@dataclass(frozen=True)
class Proof:
    """The certificates of an operator, each checked anew."""

    channels: Count
    proven: Count
    finding: str | None
    """The first that fails, in a sentence."""


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
    """The name of its result, the same in every report: "fc1:linear"."""
    layer: str
    operator: str
    operands: tuple[Value, ...]
    result: Value
    weights: Weights | None
    scale: Scale | None
    """Of the result, where it has one."""
    method: Method | None
    """None: integers in, integers out, nothing to approximate."""
    proof: Proof | None
    place: Place


@dataclass(frozen=True)
class Problem:
    """What keeps the network from being built, and the change to make."""

    layer: str
    message: str


@dataclass(frozen=True)
class Fabric:
    """The configuration that was asked for, and whether it takes the network."""

    name: str
    takes: bool
    reason: str
    """Why not; "" where it does."""
    layers: tuple[Layer, ...]
    """What runs where; none where the fabric does not take the network."""
    search: tuple[Choice, ...]
    """How the grids were chosen, if that was asked for."""


@dataclass(frozen=True)
class Pair:
    """The weights of a layer in two files; an empty name where one file lacks it."""

    layer: str
    other: str
    shape: tuple[Count, ...]
    different: Count
    """How many integers differ."""
    first: tuple[int, ...] | None
    """Where the first one is."""
    found: int | None
    """What it is in the model."""
    expected: int | None
    """What it is in the other file."""
    scale_error: Figure | None
    """The largest relative difference of their scales."""


@dataclass(frozen=True)
class Comparison:
    """The weights of the model against those of another file."""

    against: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Samples:
    """Real inputs that were held to the network's."""

    source: Name
    """A file, or the zoo."""
    count: Positive
    warnings: tuple[Name, ...]
    """Where they lie far outside what an input's quantizer was made for."""


@dataclass(frozen=True)
class Check:
    """All of it. The verdict is pass when nothing is a problem."""

    version: Version
    model: str
    fabric: Fabric
    verdict: Verdict
    steps: tuple[Step, ...]
    """The inputs, every operator, and what the host makes of the results."""
    problems: tuple[Problem, ...]
    comparison: Comparison | None
    weights: Count
    """Of all layers, those that could not be taken included."""
    samples: Samples | None
    """None where there are none, and where there is no integer network."""
