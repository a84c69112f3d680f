"""The values behind report.json. Field names here are the names in the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

VERSION = 3
"""Version of report.json. It rises when a field changes its meaning or goes away.

A field that was added later has a default: a file of this version may lack it.
"""

CheckVerdict = Literal["pass", "fail", "skipped"]
Verdict = Literal["pass", "fail"]


@dataclass(frozen=True)
class Tool:
    """Who signed: this program, and the versions of what it stands on."""

    name: str
    version: str
    python: str
    platform: str
    packages: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """The network that was signed off."""

    name: str
    source: str
    """What the user typed: a zoo name, package.module:factory or file.py:Class."""
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    weights: int
    """Integer weights of all layers together."""


@dataclass(frozen=True)
class Fabric:
    """The configuration of the hardware: every parameter by its name in the specification."""

    name: str
    parameters: Mapping[str, int]
    rtl: str | None
    """The folder of SystemVerilog that was built, or None when it was Tercet's own."""


@dataclass(frozen=True)
class Vectors:
    """What the executors were compared on."""

    count: int
    seed: int
    origins: Mapping[str, int]
    """How many vectors came from where: real samples, `example()`, each corner, random."""
    only: int | None
    """The one vector that was rerun, or None when all were."""
    batch: int = 1
    """Vectors that the fabric took by one doorbell. Of a last batch the rest are zero inputs."""
    source: str = ""
    """Where the samples come from: a file, `example()` or the zoo; "" where there are none."""
    available: int = 0
    """How many samples there are, of which the first were used."""


@dataclass(frozen=True)
class Answers:
    """How one executor classified the vectors whose class is known."""

    executor: str
    """Such as "PyTorch" or "RTL"."""
    right: int
    """Vectors in which the greatest output is the class."""
    unlike: int
    """Vectors in which it is another output than the integer reference's."""


@dataclass(frozen=True)
class Accuracy:
    """What was right of the vectors whose class is known; the integer reference comes first."""

    vectors: int
    answers: tuple[Answers, ...]


@dataclass(frozen=True)
class Mismatch:
    """The first element that differs. `layer` is a value's name, or a counter's."""

    layer: str
    vector: int
    element: tuple[int, ...]
    expected: float
    found: float


@dataclass(frozen=True)
class Tied:
    """Structural ties (numerics.md): the float32 noise of the user's own model rounds them."""

    ties: int
    """Elements that are one, in vectors in which nothing differed before."""
    others: int
    """Of these: rounded the other way."""
    vectors: int
    """In which that was the first difference."""
    argmaxes: int | None
    """Of these vectors: with another argmax."""


@dataclass(frozen=True)
class EndToEnd:
    """The user's own model against the reference from input to output, nothing put right between.

    A step is one of the output's quantizer. Of sums without one it is the most that a step of one
    input of the last layer makes; of what is no line of integers a 255th of the range.
    """

    outputs: int
    """Elements of all outputs that were compared."""
    differ: int
    """Of these: unequal."""
    beyond: int
    """Of these: by more than one step, in vectors that are not `tied`."""
    largest: float
    """The largest difference, in steps."""
    vectors: int
    argmaxes: int | None
    """Vectors, not `tied`, whose argmax differs; None where no output has two elements."""
    tied: Tied


@dataclass(frozen=True)
class Check:
    """The outcome of one check. `compared` and `mismatches` count elements, not vectors."""

    id: str
    title: str
    verdict: CheckVerdict
    compared: int
    mismatches: int
    detail: str
    required: bool = True
    first: Mismatch | None = None
    rerun: str | None = None
    """The command that reruns just the first wrong vector, with a waveform."""
    end_to_end: EndToEnd | None = None
    """Of the checks that run the user's own model."""


@dataclass(frozen=True)
class Spread:
    """A figure over all vectors."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Mapped:
    """How a layer lies on the tiles: Tp bands of positions, Tk input and To output slices."""

    tk: int
    to: int
    passes: int
    """Times that a tile works on all lanes: positions of a band times groups of outputs."""
    tp: int = 1
    planes: int = 1
    """Of trits, that its weights take; 0 without weights."""


@dataclass(frozen=True)
class Layer:
    """One layer on the fabric. Columns and cycles are of one batch, spread over all of them."""

    name: str
    inputs: int
    """Weight columns of a sum; 0 without weights."""
    outputs: int
    """Values of the result."""
    mapping: Mapped
    weight_sparsity: float
    """Share of weights that are zero, 0 to 1."""
    activation_sparsity: Spread
    """Share of the columns skipped because their activation is zero, 0 to 1."""
    columns: Spread
    issued: Spread
    skip_act: Spread
    skip_wgt: Spread
    cycles_predicted: Spread
    cycles_measured: Spread | None
    """None when the RTL did not run."""
    efficiency: Spread
    kind: str = "mac"
    """mac, depthwise or vector."""


@dataclass(frozen=True)
class Cycles:
    """Clock cycles of every batch of vectors, from the doorbell to the irq, in their order."""

    predicted: tuple[int, ...]
    measured: tuple[int, ...] | None
    density: tuple[float, ...]
    """Share of each batch's inputs that are not zero, 0 to 1."""


@dataclass(frozen=True)
class Stage:
    """A stage of the sign-off and the seconds it took, without those of stages inside it."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Timing:
    """When the sign-off started (UTC, ISO 8601) and where its time went."""

    started: str
    seconds: float
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Report:
    """A sign-off. `verdict` follows from the rest by the rules of `tercet.report.verdict`."""

    version: int
    tool: Tool
    model: Model
    fabric: Fabric
    vectors: Vectors
    verdict: Verdict
    checks: tuple[Check, ...]
    layers: tuple[Layer, ...]
    cycles: Cycles
    timing: Timing
    accuracy: Accuracy | None = None
    """None where no class is known."""
    warnings: tuple[str, ...] = ()
    """Sentences on what weakens this sign-off without failing it."""
