"""The values behind report.json. Field names here are the names in the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta

from tercet.documents import Count, Figure, Name, Positive, Share

Version = Literal[4]
VERSION: Final[Version] = get_args(Version)[0]
"""Version of report.json. It rises when a field changes its meaning, comes or goes."""

CheckVerdict = Literal["pass", "fail", "skipped", "n/a"]
Verdict = Literal["pass", "fail"]
VStage = Literal["V1", "V2", "V3"]
"""Stages of verification as OpenTitan counts them: set up, everything tested, nothing left open."""


@dataclass(frozen=True)
class Tool:
    """Who signed: this program, and the versions of what it stands on."""

    name: Name
    version: Name
    python: Name
    platform: Name
    packages: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """The network that was signed off."""

    name: Name
    source: Name
    """What the user typed: a zoo name, package.module:factory, file.py:Class or a file."""
    kind: Literal["module", "file"]
    """A PyTorch module, or an ONNX file."""
    input_shape: tuple[Positive, ...]
    output_shape: tuple[Positive, ...]
    weights: Count
    """Integer weights of all layers together."""


@dataclass(frozen=True)
class Fabric:
    """The configuration of the hardware: every parameter by its name in the specification."""

    name: Name
    parameters: Mapping[str, int]
    rtl: Name | None
    """The folder of SystemVerilog that was built, or None when it was Tercet's own."""


@dataclass(frozen=True)
class Vectors:
    """What the executors were compared on."""

    count: Count
    seed: int
    origins: Mapping[str, Positive]
    """How many vectors came from where: real samples, `example()`, each corner, random."""
    only: Count | None
    """The one vector that was rerun, or None when all were."""
    batch: Positive
    """Vectors that the fabric took by one doorbell. Of a last batch the rest are zero inputs."""
    source: str
    """Where the samples come from: a file, `example()` or the zoo; "" where there are none."""
    available: Count
    """How many samples there are, of which the first were used."""


@dataclass(frozen=True)
class Answers:
    """How one executor classified the vectors whose class is known."""

    executor: Name
    """Such as "PyTorch" or "RTL"."""
    right: Count
    """Vectors in which the greatest output is the class."""
    unlike: Count
    """Vectors in which it is another output than the integer reference's."""


@dataclass(frozen=True)
class Accuracy:
    """What was right of the vectors whose class is known; the integer reference comes first."""

    vectors: Positive
    answers: Annotated[tuple[Answers, ...], Meta(min_length=1)]


@dataclass(frozen=True)
class Mismatch:
    """The first element that differs. `layer` is a value's name, or a counter's."""

    layer: Name
    vector: Count
    element: tuple[Count, ...]
    expected: float
    found: float


@dataclass(frozen=True)
class Tied:
    """Structural ties (numerics.md): the float32 noise of the user's own model rounds them."""

    ties: Count
    """Elements that are one, in vectors in which nothing differed before."""
    others: Count
    """Of these: rounded the other way."""
    vectors: Count
    """In which that was the first difference."""
    argmaxes: Count | None
    """Of these vectors: with another argmax."""


@dataclass(frozen=True)
class EndToEnd:
    """The user's own model against the reference from input to output, nothing put right between.

    A step is one of the output's quantizer. Of sums without one it is the most that a step of one
    input of the last layer makes; of what is no line of integers a 255th of the range.
    """

    outputs: Positive
    """Elements of all outputs that were compared."""
    differ: Count
    """Of these: unequal."""
    beyond: Count
    """Of these: by more than one step, in vectors that are not `tied`."""
    largest: Figure
    """The largest difference, in steps."""
    vectors: Positive
    argmaxes: Count | None
    """Vectors, not `tied`, whose argmax differs; None where no output has two elements."""
    tied: Tied


@dataclass(frozen=True)
class Check:
    """The outcome of one check. `compared` and `mismatches` count elements, not vectors."""

    id: Name
    title: Name
    stage: VStage
    """To which stage of verification it belongs."""
    item: Name
    """The item of a verification checklist that it closes."""
    verdict: CheckVerdict
    """skipped: it did not run; n/a: by the facts of this report there is nothing that it judges."""
    compared: Count
    mismatches: Count
    detail: str
    required: bool
    first: Mismatch | None
    rerun: Name | None
    """The command that reruns just the first wrong vector, with a waveform."""
    end_to_end: EndToEnd | None
    """Of the checks that run the user's own model."""


@dataclass(frozen=True)
class Spread:
    """A figure over all vectors."""

    low: Figure
    mean: Figure
    high: Figure


@dataclass(frozen=True)
class Mapped:
    """How a layer lies on the tiles: Tp bands of positions, Tk input and To output slices."""

    tk: Positive
    to: Positive
    passes: Positive
    """Times that a tile works on all lanes: positions of a band times groups of outputs."""
    tp: Positive
    planes: Count
    """Of trits, that its weights take; 0 without weights."""


@dataclass(frozen=True)
class Layer:
    """One layer on the fabric. Columns and cycles are of one batch, spread over all of them."""

    name: Name
    subgraph: Name
    """The name of the one that computes it."""
    kind: Name
    """mac, depthwise or vector."""
    inputs: Count
    """Weight columns of a sum; 0 without weights."""
    outputs: Positive
    """Values of the result."""
    mapping: Mapped
    weight_sparsity: Share
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


@dataclass(frozen=True)
class Subgraph:
    """A part of the network that one target computes, call by call."""

    name: Name
    target: Name
    """fabric, or host: C on the processor that drives it."""
    layers: tuple[Name, ...]
    """Names of the layers that it computes."""
    calls: Positive
    """Of one inference."""
    cycles_predicted: Spread | None
    """Of one call, over all calls; None where no cycle model speaks of it."""
    cycles_measured: Spread | None
    bytes_in: Count
    """That go in by one call, a batch of vectors together."""
    bytes_out: Count


@dataclass(frozen=True)
class Artifact:
    """What a target made of the network, or why it made nothing."""

    target: Name
    """c, hls, onnx or fabric."""
    refusal: Name | None
    """A sentence, None where the target takes the network."""
    exposes: Count
    """Values of the network that its executor shows, inputs aside."""
    hidden: tuple[Name, ...]
    """Names of the values that it computes and does not show."""


@dataclass(frozen=True)
class Cycles:
    """Clock cycles of every batch of vectors, from the doorbell to the irq, in their order."""

    predicted: tuple[Count, ...]
    measured: tuple[Count, ...] | None
    density: tuple[Share, ...]
    """Share of each batch's inputs that are not zero, 0 to 1."""


@dataclass(frozen=True)
class Stage:
    """A stage of the sign-off and the seconds it took, without those of stages inside it."""

    name: Name
    seconds: Figure


@dataclass(frozen=True)
class Timing:
    """When the sign-off started (UTC, ISO 8601) and where its time went."""

    started: Name
    seconds: Figure
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Report:
    """A sign-off. `verdict` follows from the rest by the rules of `tercet.report.verdict`."""

    version: Version
    tool: Tool
    model: Model
    fabric: Fabric
    vectors: Vectors
    verdict: Verdict
    checks: tuple[Check, ...]
    artifacts: tuple[Artifact, ...]
    """One for each target that a check judges."""
    subgraphs: tuple[Subgraph, ...]
    layers: tuple[Layer, ...]
    """Those on the fabric."""
    cycles: Cycles
    timing: Timing
    accuracy: Accuracy | None
    """None where no class is known."""
    warnings: tuple[Name, ...]
    """Sentences on what weakens this sign-off without failing it."""
