"""HLS C++14 source of a network, by the header kernels of hls/include. Knows no operator."""

from collections.abc import Mapping

from xdsl.dialects.builtin import ModuleOp

from tercet.emit.c import code, ctype
from tercet.emit.program import Constant, Value, program
from tercet.emit.render import environment


def emit(module: ModuleOp, name: str) -> Mapping[str, str]:
    """The source files of the integer graph `module`, by path.

    `<name>.hpp` and `<name>.cpp` are for synthesis; `<name>_csim.cpp` gives the simulation the
    functions of the C target: `<name>_size`, `<name>_tensors`, `<name>_run`.
    """
    net = program(module, name, "HLS", lambda op: op.hls)
    env = environment("hls/templates")
    env.filters.update(ctype=ctype, code=code, type=value_type, narrow=narrow_type)
    return {
        f"{net.name}{suffix}": env.get_template(f"program{suffix}.j2").render(net=net)
        for suffix in (".hpp", ".cpp", "_csim.cpp")
    }


def value_type(value: Value) -> str:
    """The declared type, such as tercet::uint<4>."""
    return f"tercet::{'s' if value.signed else 'u'}int<{value.bits}>"


def narrow_type(constant: Constant) -> str:
    """The narrowest signed type that holds every element: a read-only memory of that width."""
    low, high = int(constant.data.min()), int(constant.data.max())
    if low >= -1 and high <= 1:
        return "tercet::trit"
    return f"tercet::sint<{max((~low if low < 0 else low).bit_length(), high.bit_length()) + 1}>"
