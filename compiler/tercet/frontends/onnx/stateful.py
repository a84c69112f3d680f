"""Operators with a state, which are refused before the transposes that exporters add to them."""

from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import refusal, refusals

STATE = "it has a state"
"""The reason of these refusals."""


def require_stateless(node: Node) -> None:
    """Refuse an operator with a state, before its exporter's transpose of the batch is refused."""
    known = refusals().get((node.domain, node.kind))
    if known is not None and known.found == STATE:
        raise refusal(node)
