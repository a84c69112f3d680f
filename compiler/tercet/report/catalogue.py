"""Every check a sign-off lists: its title, and whether a sign-off needs it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A check's place in the contract. `reason` says why one that is not required is absent."""

    id: str
    title: str
    reason: str = ""
    instead: tuple[str, ...] = ()
    """A sign-off may skip it where all of these ran."""
    judges: bool = False
    """Whether it fails where the user's own outputs are too far away, explained or not."""

    @property
    def required(self) -> bool:
        return not self.reason


FILE, TORCH = ("golden.file",), ("golden.torch64", "golden.torch32")
"""A model is a PyTorch module or an ONNX file: what it is decides which of these can run."""
CATALOGUE: tuple[Entry, ...] = (
    Entry("numerics.certificates", "Every requantization is proven on its whole range"),
    Entry(
        "golden.torch64",
        "PyTorch in float64 equals the integer reference",
        instead=FILE,
        judges=True,
    ),
    Entry(
        "golden.torch32", "PyTorch in float32 differs only where rounding explains it", instead=FILE
    ),
    Entry(
        "golden.file",
        "The user's own file differs only where rounding explains it",
        instead=TORCH,
        judges=True,
    ),
    Entry("golden.onnxruntime", "ONNXRuntime equals the integer reference"),
    Entry("c.bitexact", "The emitted C99 equals the integer reference"),
    Entry("hls.bitexact", "The emitted HLS C++ equals the integer reference"),
    Entry("rtl.bitexact", "The RTL equals the integer reference"),
    Entry("rtl.cycles", "Every predicted cycle equals the measured one"),
    Entry("rtl.telemetry", "Every telemetry register equals its prediction"),
    Entry("rtl.protocol", "Bus and stream rules held in every cycle"),
    Entry("coverage.code", "Lines and toggles of the RTL", "not measured by this version"),
    Entry("coverage.functional", "Functional coverage", "not measured by this version"),
    Entry("mutation", "Faults put into the RTL are caught", "not measured by this version"),
    Entry("formal", "Properties proven for all inputs", "not part of this version"),
    Entry("lint", "The RTL is clean under every linter", "run by `make lint`, not by verify"),
    Entry("synth", "The RTL synthesizes within its budget", "not part of verify in this version"),
)


def entry(check_id: str) -> Entry:
    """The catalogue's line for an id; a ValueError names the ids there are."""
    for line in CATALOGUE:
        if line.id == check_id:
            return line
    known = ", ".join(line.id for line in CATALOGUE)
    raise ValueError(f"no check is called {check_id!r}; the contract knows {known}")
