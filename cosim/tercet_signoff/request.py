"""What a sign-off was asked for."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

VECTORS = 200
"""Samples, and noise where they run out; the corners come on top of them."""
SEED = 1
OUT = Path("build/verify")
OF_A_RERUN = ("only", "waves", "out")
NO_OPTION = ("model", "layers")
OPTION = "option"
"""In a field's metadata: its option, where that is not called like the field."""


@dataclass(frozen=True)
class Request:
    """The options of `tercet verify`."""

    model: str
    fabric: str
    vectors: int = VECTORS
    seed: int = SEED
    only: int | None = field(default=None, metadata={OPTION: "only-vector"})
    """Run this vector alone; its number counts as in the run of all."""
    waves: bool = False
    out: Path = OUT
    """The folder that the report and a waveform go to."""
    rtl: Path | None = None
    """The folder of the RTL to sign off; None: the product's."""
    input_type: str | None = None
    """Of a file that does not quantize its input."""
    input_shape: str | None = None
    semantics: str = "ideal"
    batch: int = 1
    """Vectors that the fabric takes by one doorbell."""
    samples: Path | None = None
    """A file of real inputs; None: the one beside the model, else the model's own."""
    effort: str = "normal"
    """Of the planner's search."""
    layers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options of single layers, by the layer's name."""
    rounding: Path | None = None
    """A folder with a vector of Tercet's rounding test, to run in place of the whole test."""

    def command(self) -> str:
        """The command line that asks for this; options at their defaults are left out.

        What makes a rerun of it comes last.
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
        """The command that runs one vector again, with a waveform, into a folder inside this one's.

        That of a rerun is the rerun itself. Where no folder was named, the command finds its own.
        """
        own = self.only is not None or self.out == OUT
        out = self.out if own else self.out / f"vector-{vector}"
        return replace(self, only=vector, waves=True, out=out).command()

    def rerun_rounding(self, recorded: Path) -> str:
        """The same of the vector of the rounding test in `recorded`; the model runs any vector."""
        out = self.out if self.rounding else recorded / "rerun"
        return replace(self, only=0, waves=True, out=out, rounding=recorded).command()
