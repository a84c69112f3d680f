"""ONNXRuntime as an executor: it computes what the graph says, and talks to nobody."""

import onnxruntime as ort
from onnx import ModelProto

ERRORS = 3
"""Warnings are about the file's form; what is wrong with its values, a comparison finds."""


def session(model: ModelProto) -> ort.InferenceSession:
    """A session without optimizations, which would change results, on one core."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = ERRORS
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
