"""Operators that Tercet knows well enough to say why it does not take them."""

from tercet.frontends.onnx.builder import Builder, Value
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts

REASONS = {
    "DynamicQuantizeLinear": (
        "its scale comes from each input anew",
        "quantize statically: onnxruntime.quantization.quantize_static with calibration data",
    ),
    "ArgMax": ("it chooses an index", "let the model return its scores, and choose on the host"),
    "ArgMin": ("it chooses an index", "let the model return its scores, and choose on the host"),
    "TopK": ("it chooses indices", "let the model return its scores, and choose on the host"),
    "Hardmax": ("it chooses an index", "let the model return its scores, and choose on the host"),
    "LSTM": ("it has a state", "unroll it into MatMul, Sigmoid and Tanh with quantizers"),
    "GRU": ("it has a state", "unroll it into MatMul, Sigmoid and Tanh with quantizers"),
    "RNN": ("it has a state", "unroll it into MatMul and Tanh with quantizers"),
    "If": ("what it computes depends on the input", "export the branch that is taken"),
    "Loop": ("how long it runs is not known", "unroll it"),
    "Scan": ("how long it runs is not known", "unroll it"),
}


@converts(*REASONS)
def refused(builder: Builder, node: Node, *operands: Value) -> Value:
    found, way_out = REASONS[node.kind]
    raise node.unsupported(f"{node.kind} is not supported: {found}", way_out)
