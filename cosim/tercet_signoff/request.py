"""The request of a sign-off: the options of `tercet verify`."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

VECTORS = 200
"""Vectors of samples, and of noise if there are too few; the corners are added to them."""
SEED = 1
OUT = Path("build/verify")
OF_A_RERUN = ("only", "waves", "out")
NO_OPTION = ("model", "layers")
OPTION = "option"
"""The key in a field's metadata of its option, if that has another name than the field."""


@dataclass(frozen=True)
class Request:
    """The options of `tercet verify`."""

    model: str
    fabric: str
    vectors: int = VECTORS
    seed: int = SEED
    only: int | None = field(default=None, metadata={OPTION: "only-vector"})
    """The number of the only vector to run, as in the run of all; None for all."""
    waves: bool = False
    out: Path = OUT
    """The folder for the report and a waveform."""
    rtl: Path | None = None
    """The folder of the RTL to sign off; None: the product's."""
    input_type: str | None = None
    """The input type of a file that does not quantize its input."""
    input_shape: str | None = None
    semantics: str = "ideal"
    batch: int = 1
    """Vectors that one doorbell runs."""
    samples: Path | None = None
    """A file of samples; None for the one beside the model, else the model's own."""
    effort: str = "normal"
    """The effort of the planner's search."""
    layers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options of single layers, by the layer's name."""
    rounding: Path | None = None
    """The folder of a recorded vector of the rounding test, to run in place of the whole test."""

    def command(self) -> str:
        """The command line of this request, without options at their defaults.

        The options of a rerun come last.
        """
        words = ["tercet", "verify", self.model]
        for layer, chosen in self.layers.items():
            for option, text in chosen.items():
                words += ["--layer", f"{layer}:{option}={text}"]
        options = [one for one in fields(self) if one.name not in NO_OPTION]
        for one in sorted(options, key=lambda field: field.name in OF_A_RERUN):
            value = getattr(self, one.name)
            name = "--" + one.metadata.get(OPTION, one.name).replace("_", "-")
            if value is True:
                words.append(name)
            elif value != one.default:
                words += [name, str(value)]
        return shlex.join(words)

    def rerun(self, vector: int) -> str:
        """The command that reruns one vector, with a waveform, into a folder inside of this one's.

        The rerun of a rerun is itself. Without a named folder, the command uses its own default.
        """
        own = self.only is not None or self.out == OUT
        out = self.out if own else self.out / f"vector-{vector}"
        return replace(self, only=vector, waves=True, out=out).command()

    def rerun_rounding(self, recorded: Path) -> str:
        """The command that reruns a recorded vector of the rounding test, and vector 0."""
        out = self.out if self.rounding else recorded / "rerun"
        return replace(self, only=0, waves=True, out=out, rounding=recorded).command()
