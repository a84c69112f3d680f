"""A repair of Brevitas 0.13.4, which calls a method that it lacks."""

from typing import Any

from brevitas.quant_tensor import IntQuantTensor, QuantTensor


def quant_cat() -> None:
    """Add `QuantTensor.cat`, which QuantCat calls and only IntQuantTensor has."""
    if not hasattr(QuantTensor, "cat"):
        cat: Any = IntQuantTensor.cat
        QuantTensor.cat = staticmethod(cat)
