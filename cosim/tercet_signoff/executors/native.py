"""Every value of the emitted C and HLS C++ programs, which are compiled and run."""

import ctypes
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import VerifyError
from tercet.ir.module import inputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray, storage, tensor_type
from tercet.targets.c import source as c
from tercet.targets.hls import source as hls
from tercet_runtime import Tensor
from tercet_signoff.executors.compiled import C99, CPP14, Compiler, load, tree

NAME = "net"
"""The name from which the emitted functions' names are made."""

RUNTIME = ("runtime/include", "runtime/src")
KERNELS = "runtime/src/ops/"
"""The folder of the kernels; each is in a file with its header's name."""
HEADERS = ("hls/include", "runtime/include")


def run_c(
    module: ModuleOp, *inputs: IntArray, sources: Mapping[str, str] | None = None
) -> dict[str, IntArray]:
    """Every value by name, computed by the emitted C program from a batch of each input.

    `sources` replaces files of the runtime by path, in which tests plant faults.
    """
    emitted = c.emit(module, NAME)
    files = {**_needed(tree(*RUNTIME) if sources is None else sources, emitted), **emitted}
    return _run(C99, files, (".", "runtime/include"), module, inputs)


def _needed(runtime: Mapping[str, str], emitted: Mapping[str, str]) -> dict[str, str]:
    """The runtime without the kernels that `emitted` does not call, to save compile time."""
    calls = "".join(emitted.values())
    return {
        path: text
        for path, text in runtime.items()
        if not path.startswith(KERNELS) or f"tercet/{Path(path).stem}.h" in calls
    }


def run_hls(
    module: ModuleOp, *inputs: IntArray, sources: Mapping[str, str] | None = None
) -> dict[str, IntArray]:
    """Every value by name, computed by the emitted HLS C++ program."""
    files = {**(tree(*HEADERS) if sources is None else sources), **hls.emit(module, NAME)}
    return _run(CPP14, files, (".", *HEADERS), module, inputs)


def _run(
    compiler: Compiler,
    files: Mapping[str, str],
    include: tuple[str, ...],
    module: ModuleOp,
    inputs: tuple[IntArray, ...],
) -> dict[str, IntArray]:
    library = load(compiler, files, include)
    names = list(value_names(module).values())
    size = library[f"{NAME}_size"]
    size.restype = ctypes.c_size_t
    # words of 64 bits are aligned for every value
    memory = (ctypes.c_int64 * (size() // 8 + 1))()
    tensors = (Tensor * len(names))()
    _demand(library[f"{NAME}_tensors"](memory, tensors))
    values = {name: tensor.view() for name, tensor in zip(names, tensors, strict=True)}
    batch, packed = len(inputs[0]), _packed(module, inputs)
    found = {n: np.empty((batch, *v.shape[1:]), np.int64) for n, v in values.items()}
    for i in range(batch):
        for name, x in zip(names, packed, strict=False):  # the inputs come first
            values[name][0] = x[i]
        _demand(library[f"{NAME}_run"](memory))
        for name, value in values.items():
            found[name][i] = value[0]
    return found


def _packed(module: ModuleOp, inputs: tuple[IntArray, ...]) -> list[IntArray]:
    """The inputs in the program's types; a value outside of its type is refused, never wrapped."""
    found = []
    for value, x in zip(inputs_of(module), inputs, strict=True):
        element = tensor_type(value).element_type
        packed: IntArray = x.astype(storage(element))
        if not np.array_equal(packed, x):
            raise VerifyError(
                f"an input of {x.min()} to {x.max()} does not fit the network's input type "
                f"{element}; quantize it first"
            )
        found.append(packed)
    return found


def _demand(status: int) -> None:
    if status != 0:
        raise VerifyError(f"the emitted program returned status {status}, wanted 0 (TERCET_OK)")
