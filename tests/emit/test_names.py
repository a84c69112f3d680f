"""Names in the emitted C and HLS C++: whatever a model and its tensors are called, it compiles."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import SI8, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.targets.c import source as c
from tercet.targets.hls import source as hls
from tercet.targets.shared.identifiers import FILES, RESERVED, identifier, identifiers, network_name
from tercet_golden import integer
from tercet_signoff.executors.compiled import C99, CPP14, tree
from tercet_signoff.executors.native import HEADERS, RUNTIME

STRANGE = [
    "int",
    "class",
    "wchar",
    "NULL",
    "printf",
    "math",
    "stdint",
    "INT8_MAX",
    "linux",
    "7segment",
    "größe",
    "网络",
    "a b-c.d",
    "_Bool",
    "std",
    "main",
    "index",
    "errno",
    "top",
]
ROWS = np.array([[1, -1, 0, 1], [0, 1, 1, -1], [-1, 0, 1, 1]])


def network(layer: str, given: str, sign: int = 1) -> ModuleOp:
    """Two layers: one called `layer`, on an input called `given`."""
    return build(
        [tensor((1, 4), SI8)],
        lambda x: [
            first := Linear(x, sign * ROWS, np.array([1, 2, 3]), layer=layer),
            then := Requantize(
                first.acc,
                np.array([3, 5, 7]),
                np.array([1, 2, 3]),
                np.array([3, 4, 5]),
                Interval(-128, 127),
                Result(SI8, layer),
            ),
            Linear(then.y, ROWS[:, :3], layer="weight"),
        ],
        names=[given if SSAValue.is_valid_name(given) else "x"],
    )


def lay_out(folder: Path, *parts: Mapping[str, str]) -> None:
    for part in parts:
        for path, text in part.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def test_an_identifier_is_one_of_c_and_of_cpp() -> None:
    for name in [*STRANGE, *RESERVED, *FILES]:
        for found in (identifier(name), network_name(name)):
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", found)
            assert found not in RESERVED
            assert f"{found}_t" not in RESERVED
        assert network_name(name) not in FILES


def test_identifiers_and_their_types_are_all_different() -> None:
    found = identifiers(
        ["a", "a_t", "a:t", "a", "a_t_t", "a_2", "größe", "grösse", "grosse", "网", "络"]
    )
    both = [*found, *(f"{one}_t" for one in found)]
    assert len(set(both)) == len(both)


def test_letters_lose_their_accents_and_nothing_else() -> None:
    assert identifier("größe") == "gro_e"
    assert identifier("Ünet.0:linear") == "Unet_0_linear"
    assert identifier("网络") == "value"
    assert network_name("网络") == "network"
    assert network_name("math") == "math_"


@pytest.mark.parametrize("name", STRANGE)
def test_a_network_and_its_layer_may_be_called_anything(name: str, tmp_path: Path) -> None:
    module = network(name, name)
    for compiler, emitted, shipped, extra in (
        (C99, c.emit(module, name), tree(*RUNTIME), "-Iruntime/include"),
        (CPP14, hls.emit(module, name), tree(*HEADERS), "-Ihls/include -Iruntime/include"),
    ):
        folder = tmp_path / compiler.program
        lay_out(folder, emitted, shipped)
        own = [path for path in emitted if path.endswith(compiler.suffix)]
        words = [compiler.program, *compiler.options, "-O0", "-fsyntax-only", "-I.", *extra.split()]
        subprocess.run([*words, *own], cwd=folder, check=True)


MAIN = Path(__file__).with_name("two_networks.c")


def test_two_networks_are_linked_together_and_both_run(tmp_path: Path) -> None:
    """Their tensors are called alike, and their names differ in case alone."""
    modules = {"net": network("fc", "x"), "Net": network("fc", "x", -1)}
    lay_out(tmp_path, tree(*RUNTIME), {"main.c": MAIN.read_text(encoding="utf-8")})
    for name, module in modules.items():
        lay_out(tmp_path, c.emit(module, name))
    words = ["gcc", *C99.options, "-Iruntime/include", "main.c", "net.c", "Net.c", "-o", "both"]
    kernels = ["runtime/src/ops/linear.c", "runtime/src/ops/requantize.c"]
    subprocess.run([*words, *kernels], cwd=tmp_path, check=True)
    x = np.array([[3, -7, 20, 5]])
    done = subprocess.run(
        [tmp_path / "both", *map(str, x.ravel())], capture_output=True, text=True, check=True
    )
    printed = [list(map(int, line.split())) for line in done.stdout.splitlines()]
    want = [integer.run(module, x)["weight:linear"].ravel().tolist() for module in modules.values()]
    assert printed == want
    assert want[0] != want[1]


def test_no_symbol_of_a_network_is_without_its_name(tmp_path: Path) -> None:
    module = network("fc", "x")
    lay_out(tmp_path, tree(*RUNTIME, *HEADERS), c.emit(module, "mine"), hls.emit(module, "mine"))
    include = ["-I.", "-Iruntime/include", "-Ihls/include"]
    for compiler, source in ((C99, "mine.c"), (CPP14, "mine.cpp"), (CPP14, "mine_csim.cpp")):
        words = [compiler.program, *compiler.options, *include, "-c", source, "-o", "mine.o"]
        subprocess.run(words, cwd=tmp_path, check=True)
        listed = subprocess.run(
            ["nm", "-C", "-g", "--defined-only", "mine.o"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        strong = [line.split(maxsplit=2) for line in listed]
        assert strong
        for _, kind, symbol in strong:
            assert kind in "WVu" or symbol.startswith("mine_"), (source, symbol)
