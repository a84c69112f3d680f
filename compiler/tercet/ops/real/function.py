"""A named function of one number, such as a smooth activation."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.errors import UnsupportedError
from tercet.ir.families.real import ElementwiseOp, Place
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of
from tercet.ops.real.functions import FUNCTIONS, Unary


@irdl_op_definition
class Function(ElementwiseOp):
    """y = function(x, parameters), one of `tercet.ops.real.functions`."""

    name = "real.function"
    function = prop_def(StringAttr)
    parameters = prop_def(Dense)
    """f64 [parameters]."""
    traits = traits_def(Pure())

    def __init__(
        self, x: SSAValue, name: str, parameters: Sequence[float] = (), *, layer: str
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[x.type],
            properties={
                "function": StringAttr(name),
                "parameters": dense_float(np.asarray(parameters, np.float64)),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        known = self.function.data in FUNCTIONS
        self.require(known, f"no function {self.function.data!r}; there are {', '.join(FUNCTIONS)}")

    def unary(self) -> Unary:
        return FUNCTIONS[self.function.data]

    def constants(self) -> tuple[Dense, ...]:
        return ()

    def on(self, x: SSAValue, *constants: FloatArray) -> "Function":
        return Function(
            x, self.function.data, floats_of(self.parameters).tolist(), layer=self.layer.data
        )

    def reference(self, x: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            found = self.unary().reference(x, *floats_of(self.parameters).tolist())
        if np.isnan(found).any():
            raise UnsupportedError(
                f"{self.function.data} of some of its inputs is no number",
                layer=self.layer.data,
                way_out="clip them to where it is one",
            )
        return np.asarray(found, np.float64)

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        return self.unary().exact(x, *map(Fraction, floats_of(self.parameters).tolist()))

    def rises(self) -> bool:
        return not self.turns()

    def turns(self) -> Sequence[Fraction]:
        return self.unary().turns(*floats_of(self.parameters).tolist())
