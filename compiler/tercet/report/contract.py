"""The dataclasses of report.json. Their field names are the names in the file."""

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
    """The program that made the report, and versions of the packages that it uses."""

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
    """The vectors on which the executors were compared."""

    count: Count
    seed: int
    origins: Mapping[str, Positive]
    """Number of vectors from each origin: real samples, `example()`, each corner, random."""
    only: Count | None
    """Index of the only vector that was rerun; None if all vectors ran."""
    batch: Positive
    """Vectors that one doorbell runs on the fabric; zero inputs fill up the last batch."""
    source: str
    """Source of the samples: a file, `example()` or the zoo; "" without samples."""
    available: Count
    """Number of samples in the source; the first ones were used."""


@dataclass(frozen=True)
class Answers:
    """How many vectors of known class one executor classified right."""

    executor: Name
    """Name of the executor, such as "PyTorch" or "RTL"."""
    right: Count
    """Vectors whose greatest output is the known class."""
    unlike: Count
    """Vectors whose greatest output is not that of the integer reference."""


@dataclass(frozen=True)
class Accuracy:
    """Answers of the executors on vectors of known class; the integer reference comes first."""

    vectors: Positive
    answers: Annotated[tuple[Answers, ...], Meta(min_length=1)]


@dataclass(frozen=True)
class Mismatch:
    """The first element that differs. `layer` is the name of a value or of a counter."""

    layer: Name
    vector: Count
    element: tuple[Count, ...]
    expected: float
    found: float


@dataclass(frozen=True)
class Tied:
    """Counts of structural ties (numerics.md), which float32 noise rounds in the user's model."""

    ties: Count
    """Elements that are structural ties, in vectors without an earlier difference."""
    others: Count
    """Those of `ties` that the user's model rounded the other way."""
    vectors: Count
    """Vectors whose first difference was such a tie."""
    argmaxes: Count | None
    """Those of `vectors` whose argmax differs."""


@dataclass(frozen=True)
class EndToEnd:
    """The outputs of the user's model against the reference, without corrections on the way.

    Differences are in steps. A step is that of the output's quantizer. For sums without a quantizer
    it is the largest change that one step of one input of the last layer causes; for other outputs
    it is 1/255 of their range.
    """

    outputs: Positive
    """Elements of all outputs that were compared."""
    differ: Count
    """Those of `outputs` that differ."""
    beyond: Count
    """Those of `differ` that differ by more than one step, in vectors that are not `tied`."""
    largest: Figure
    """The largest difference, in steps."""
    vectors: Positive
    argmaxes: Count | None
    """Vectors, not `tied`, whose argmax differs; None if no output has two elements."""
    tied: Tied


@dataclass(frozen=True)
class Check:
    """The outcome of one check. `compared` and `mismatches` count elements, not vectors."""

    id: Name
    title: Name
    stage: VStage
    """The stage of verification that it belongs to."""
    item: Name
    """The item of a verification checklist that it closes."""
    verdict: CheckVerdict
    """skipped: it did not run; n/a: by the facts of this report it has nothing to judge."""
    compared: Count
    mismatches: Count
    detail: str
    required: bool
    first: Mismatch | None
    rerun: Name | None
    """The command that reruns only the first wrong vector, with a waveform."""
    end_to_end: EndToEnd | None
    """Set by the checks that run the user's model."""


@dataclass(frozen=True)
class Spread:
    """The least, the mean and the greatest of a figure over all vectors."""

    low: Figure
    mean: Figure
    high: Figure


@dataclass(frozen=True)
class Mapped:
    """How a layer is spread over the tiles: Tp bands, Tk input slices and To output slices."""

    tk: Positive
    to: Positive
    passes: Positive
    """Passes of a tile: positions of a band times groups of outputs."""
    tp: Positive
    planes: Count
    """Planes of trits that its weights take; 0 without weights."""


@dataclass(frozen=True)
class Layer:
    """One layer on the fabric. Columns and cycles are spreads over all batches."""

    name: Name
    subgraph: Name
    """Name of the subgraph that computes it."""
    kind: Name
    """mac, depthwise or vector."""
    inputs: Count
    """Weight columns of a sum; 0 without weights."""
    outputs: Positive
    """Elements of the result."""
    mapping: Mapped
    weight_sparsity: Share
    """Share of weights that are zero, 0 to 1."""
    activation_sparsity: Spread
    """Share of the columns that were skipped because their activation is zero, 0 to 1."""
    columns: Spread
    issued: Spread
    skip_act: Spread
    skip_wgt: Spread
    cycles_predicted: Spread
    cycles_measured: Spread | None
    """None if the RTL did not run."""
    efficiency: Spread


@dataclass(frozen=True)
class Subgraph:
    """A part of the network that one target computes."""

    name: Name
    target: Name
    """fabric, or host: C on the processor that drives the fabric."""
    layers: tuple[Name, ...]
    """Names of the layers that it computes."""
    calls: Positive
    """Calls in one inference."""
    cycles_predicted: Spread | None
    """Cycles of one call, as a spread over all calls; None without a cycle model."""
    cycles_measured: Spread | None
    bytes_in: Count
    """Bytes that one call reads, for a whole batch of vectors."""
    bytes_out: Count


@dataclass(frozen=True)
class Artifact:
    """What a target made of the network, or why it made nothing."""

    target: Name
    """c, hls, onnx or fabric."""
    refusal: Name | None
    """Why the target refuses the network, in a sentence; None if it takes it."""
    exposes: Count
    """Number of the network's values that its executor shows, without the inputs."""
    hidden: tuple[Name, ...]
    """Names of the network's values that its executor does not show."""


@dataclass(frozen=True)
class Cycles:
    """Clock cycles of each batch of vectors, in order, from the doorbell to the irq."""

    predicted: tuple[Count, ...]
    measured: tuple[Count, ...] | None
    density: tuple[Share, ...]
    """Share of each batch's inputs that are not zero, 0 to 1."""


@dataclass(frozen=True)
class Stage:
    """A stage of the sign-off and its seconds, without those of the stages inside it."""

    name: Name
    seconds: Figure


@dataclass(frozen=True)
class Timing:
    """Start of the sign-off (UTC, ISO 8601) and the seconds of its stages."""

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
    """The artifact of each target that a check judges."""
    subgraphs: tuple[Subgraph, ...]
    layers: tuple[Layer, ...]
    """The layers on the fabric."""
    cycles: Cycles
    timing: Timing
    accuracy: Accuracy | None
    """None if no vector has a known class."""
    warnings: tuple[Name, ...]
    """Sentences on what weakens this sign-off without failing it."""
