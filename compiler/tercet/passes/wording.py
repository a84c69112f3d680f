"""How messages name what lies between layers."""

from tercet.ir.op import LayerOp


def described(op: LayerOp) -> str:
    """Such as "fc1 (batch_norm)"."""
    return f"{op.layer.data} ({op.name.partition('.')[2]})"
