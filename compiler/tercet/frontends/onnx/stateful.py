"""Operators with a state, which are refused before what their exporters put in front of them."""

from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import refusal, refusals

STATE = "it has a state"
"""What stands in the way of them all."""


def require_stateless(node: Node) -> None:
    """An exporter turns the batch around in front of an LSTM: that is not what has to change."""
    known = refusals().get((node.domain, node.kind))
    if known is not None and known.found == STATE:
        raise refusal(node)
