"""HLS C++14 source of a network, as calls of the kernels in hls/include; names no operator."""

from collections.abc import Mapping, Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.types import IntArray
from tercet.targets.c.source import code, ctype
from tercet.targets.shared import boundary
from tercet.targets.shared.program import Constant, Program, Value, program
from tercet.targets.shared.render import environment


def emit(module: ModuleOp, name: str) -> Mapping[str, str]:
    """The source files of the integer graph `module`, by path.

    `<name>.hpp` and `<name>.cpp` are for synthesis; `<name>_csim.cpp` gives the simulation the
    functions of the C target: `<name>_size`, `<name>_tensors`, `<name>_run`. `<name>_boundary.h`
    and `.json` are for the host.
    """
    net = _program(module, name)
    return {**_rendered(net, ".hpp", ".cpp", "_csim.cpp"), **boundary.emit(module, net)}


def testbench(
    module: ModuleOp, name: str, given: Sequence[IntArray], wanted: Sequence[IntArray]
) -> Mapping[str, str]:
    """`<name>_tb.cpp`, a main that compares, and files of vectors [V, ...] for it."""
    net = _program(module, name)
    return {
        **_rendered(net, "_tb.cpp"),
        f"{net.name}_inputs.txt": _lines(given),
        f"{net.name}_outputs.txt": _lines(wanted),
    }


def _program(module: ModuleOp, name: str) -> Program:
    return program(module, name, "HLS", lambda op: op.hls)


def _rendered(net: Program, *suffixes: str) -> dict[str, str]:
    env = environment("hls/templates")
    env.filters.update(ctype=ctype, code=code, type=value_type, narrow=narrow_type)
    return {
        f"{net.name}{suffix}": env.get_template(f"program{suffix}.j2").render(net=net)
        for suffix in suffixes
    }


def _lines(tensors: Sequence[IntArray]) -> str:
    """A vector a line: its tensors one after the other, row by row."""
    rows = np.concatenate([tensor.reshape(len(tensor), -1) for tensor in tensors], axis=1)
    return "".join(" ".join(map(str, row)) + "\n" for row in rows.tolist())


def value_type(value: Value) -> str:
    """The declared type, such as tercet::uint<4>."""
    return f"tercet::{'s' if value.signed else 'u'}int<{value.bits}>"


def narrow_type(constant: Constant) -> str:
    """The narrowest signed type that holds every element: a read-only memory of that width."""
    low, high = int(constant.data.min()), int(constant.data.max())
    if low >= -1 and high <= 1:
        return "tercet::trit"
    return f"tercet::sint<{max((~low if low < 0 else low).bit_length(), high.bit_length()) + 1}>"
