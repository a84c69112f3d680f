"""The values of the integer graph, exported to ONNX, by ONNXRuntime without optimizations."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.module import inputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray, storage, tensor_type
from tercet.targets.onnx.graph import export
from tercet_golden.ort_session import session


def run(module: ModuleOp, *inputs: IntArray) -> dict[str, IntArray]:
    """Every value by name, batch first; the inputs hold integers of the graph's input types."""
    names = value_names(module)
    given = dict(zip(inputs_of(module), inputs, strict=True))
    feeds = {
        names[value]: array.astype(storage(tensor_type(value).element_type))
        for value, array in given.items()
    }
    made = session(export(module, "golden", every_value=True))
    outputs = [output.name for output in made.get_outputs()]
    found = feeds | dict(zip(outputs, made.run(outputs, feeds), strict=True))
    return {name: np.asarray(array, np.int64) for name, array in found.items()}
