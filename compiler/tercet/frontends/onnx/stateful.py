"""Operators with a state, which are refused before what their exporters put in front of them."""

from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node

STATEFUL = ("LSTM", "GRU", "RNN", "CausalConvWithState", "LinearAttention")
FOUND, WAY_OUT = "it has a state", "unroll it into MatMul, Sigmoid and Tanh with quantizers"


def require_stateless(node: Node) -> None:
    """An exporter turns the batch around in front of an LSTM: that is not what has to change."""
    if node.domain is Domain.STANDARD and node.kind in STATEFUL:
        raise node.unsupported(f"{node.kind} is not supported: {FOUND}", WAY_OUT)
