"""Every file a model is compiled to, by target."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from xdsl.dialects.builtin import ModuleOp

from tercet import assets, frontends, passes
from tercet.cli.options import TARGETS
from tercet.frontends.reading import AS_WRITTEN
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import Array
from tercet.report.pages.files import encoded
from tercet.targets.c import source as c
from tercet.targets.fabric import files as rtl
from tercet.targets.fabric import planner
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.effort import USUAL, Asked
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.hls import source as hls
from tercet.targets.onnx import graph as onnx
from tercet.targets.shared.identifiers import network_name
from tercet_golden import integer
from tercet_golden.vectors import make

Files = Mapping[str, str | bytes]
REAL, SEED = 8, 1
"""Of the vectors of a testbench; corners come on top."""
ELEMENTS = 1 << 18
"""Of all inputs of a testbench: fewer vectors where they are large."""


@dataclass(frozen=True)
class Network:
    """An integer network, the name its files carry and the fabric its program is for."""

    module: ModuleOp
    name: str
    spec: FabricSpec
    chooser: Chooser
    batch: int
    """Inputs that the fabric takes by one doorbell."""
    asked: Asked
    samples: tuple[Array, ...]
    """Real inputs of the model; may be empty."""


def bundle(
    model: str,
    fabric: str,
    wanted: Sequence[str] | None,
    reading: frontends.Reading = AS_WRITTEN,
    chooser: Chooser = choose,
    batch: int = 1,
    asked: Asked = USUAL,
    name: str | None = None,
) -> Files:
    """The files by path: a folder a target, and manifest.json with the digest of each.

    They are called `name`, or as the model is.
    """
    spec = named(fabric)
    asked.tell(f"capture {model}")
    found = frontends.resolve(model, reading)
    module = passes.run(frontends.capture(found))
    called = name or network_name(found.name)
    network = Network(module, called, spec, chooser, batch, asked, found.samples)
    files = {
        f"{target}/{path}": content
        for target in wanted or TARGETS
        for path, content in EMITTERS[target](network).items()
    }
    return {**files, "manifest.json": _manifest(found.name, spec.name, files)}


def _mlir(network: Network) -> Files:
    return {f"{network.name}.mlir": str(network.module) + "\n"}


def _onnx(network: Network) -> Files:
    return onnx.emit(network.module, network.name)


def _c(network: Network) -> Files:
    """The network and the runtime it stands on: what a C99 compiler needs, and no more."""
    sources = _shipped("runtime/include", ".h") | _shipped("runtime/src", ".[ch]")
    return {**c.emit(network.module, network.name), **sources}


def _hls(network: Network) -> Files:
    """The network, the header kernels it stands on, and a testbench with vectors."""
    module, name = network.module, network.name
    headers = _shipped("hls/include", ".hpp") | _shipped("runtime/include", ".h")
    sources = hls.emit(module, name)
    drawn = make(module, network.samples, REAL, SEED)
    elements = sum(x[0].size for x in drawn.xs)
    count = max(1, min(len(drawn.labels), ELEMENTS // elements))
    given = tuple(x[:count] for x in drawn.xs)
    values, names = integer.run(module, *given), value_names(module)
    wanted = [values[names[output]] for output in outputs_of(module)]
    return {**sources, **hls.testbench(module, name, given, wanted), **headers}


def _rtl(network: Network) -> Files:
    """The program, the memory and the fabric itself."""
    planned = planner.make(
        network.module, network.spec, network.chooser, batch=network.batch, asked=network.asked
    )
    return {**rtl.emit(planned, network.name), **_shipped("rtl", ".sv"), **_shipped("rtl", ".svh")}


def _shipped(folder: str, suffix: str) -> dict[str, str]:
    """Files of ours that go with the emitted ones, at the paths they have in the checkout."""
    root = assets.ROOT / folder
    return {
        str(path.relative_to(assets.ROOT)): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob(f"*{suffix}"))
    }


def _manifest(model: str, fabric: str, files: Files) -> str:
    digests = {
        path: sha256(encoded(content) if isinstance(content, str) else content).hexdigest()
        for path, content in files.items()
    }
    listed = {"model": model, "fabric": fabric, "sha256": digests}
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


EMITTERS: Mapping[str, Callable[[Network], Files]] = dict(
    zip(TARGETS, (_mlir, _onnx, _c, _hls, _rtl), strict=True)
)
