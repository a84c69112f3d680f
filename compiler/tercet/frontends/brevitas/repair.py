"""What Brevitas 0.13.4 calls but does not have."""

from typing import Any

from brevitas.quant_tensor import IntQuantTensor, QuantTensor


def quant_cat() -> None:
    """QuantCat calls `QuantTensor.cat`, which only the integer kind of QuantTensor has."""
    if not hasattr(QuantTensor, "cat"):
        cat: Any = IntQuantTensor.cat
        QuantTensor.cat = staticmethod(cat)
