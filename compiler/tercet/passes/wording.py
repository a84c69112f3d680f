"""The names that messages give to operators."""

from tercet.ir.op import LayerOp


def described(op: LayerOp) -> str:
    """Layer and operator, such as "fc1 (batch_norm)"; "softmax" for one without a layer."""
    layer, kind = op.layer.data, op.name.partition(".")[2]
    return kind if layer == kind else f"{layer} ({kind})"
