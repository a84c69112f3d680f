"""C99 source of a network, as calls of the runtime's kernels; names no operator."""

from collections.abc import Mapping

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.targets.shared import boundary
from tercet.targets.shared.program import program
from tercet.targets.shared.render import environment


def emit(module: ModuleOp, name: str) -> Mapping[str, str]:
    """The source files of the integer graph `module`, by path.

    `<name>.h` and `<name>.c`; for the host `<name>_boundary.h` and `.json`.
    """
    net = program(module, name, "C", lambda op: op.c)
    env = environment("runtime/templates")
    env.filters.update(ctype=ctype, code=code)
    sources = {
        f"{net.name}.{suffix}": env.get_template(f"program.{suffix}.j2").render(net=net)
        for suffix in ("h", "c")
    }
    return {**sources, **boundary.emit(module, net)}


def ctype(dtype: np.dtype[np.generic]) -> str:
    """The C type, such as uint8_t."""
    return f"{dtype.name}_t"


def code(dtype: np.dtype[np.generic]) -> str:
    """The tercet_type_t of a C type, such as TERCET_U8."""
    return f"TERCET_{'U' if dtype.kind == 'u' else 'I'}{8 * dtype.itemsize}"
