"""What a sign-off was asked for."""

import shlex
from dataclasses import dataclass
from pathlib import Path

VECTORS = 200
"""Samples, and noise where they run out; the corners come on top of them."""
SEED = 1


@dataclass(frozen=True)
class Request:
    """The options of `tercet verify`."""

    model: str
    fabric: str
    vectors: int = VECTORS
    seed: int = SEED
    only: int | None = None
    """Run this vector alone; its number counts as in the run of all."""
    waves: bool = False
    out: Path = Path("build/verify")
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

    def rerun(self, vector: int) -> str:
        """The command that runs one vector of this sign-off again, with a waveform."""
        words = ["tercet", "verify", self.model, "--fabric", self.fabric]
        if self.vectors != VECTORS:
            words += ["--vectors", str(self.vectors)]
        if self.seed != SEED:
            words += ["--seed", str(self.seed)]
        if self.input_type is not None:
            words += ["--input-type", self.input_type]
        if self.input_shape is not None:
            words += ["--input-shape", self.input_shape]
        if self.semantics != "ideal":
            words += ["--semantics", self.semantics]
        if self.batch != 1:
            words += ["--batch", str(self.batch)]
        if self.samples is not None:
            words += ["--samples", str(self.samples)]
        if self.effort != "normal":
            words += ["--effort", self.effort]
        if self.rtl is not None:
            words += ["--rtl", str(self.rtl)]
        return shlex.join([*words, "--only-vector", str(vector), "--waves"])
