"""How messages name what lies between layers."""

from tercet.ir.op import LayerOp


def described(op: LayerOp) -> str:
    """Such as "fc1 (batch_norm)", or "softmax" for one that no layer of the model is."""
    layer, kind = op.layer.data, op.name.partition(".")[2]
    return kind if layer == kind else f"{layer} ({kind})"
