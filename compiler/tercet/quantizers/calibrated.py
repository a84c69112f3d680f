"""The quantizers that post-training quantization chooses from, all of them Brevitas' own parts.

A weight's scale is found once, from the float weights, and is a parameter from then on: GPTQ moves
the weights afterwards, and their grid must not move with them.
"""

from typing import Any

from brevitas.core.scaling import IntScaling
from brevitas.inject.enum import RestrictValueType, ScalingImplType
from brevitas.nn.quant_layer import QuantNonLinearActLayer
from brevitas.quant.scaled_int import (
    Int8ActPerTensorFloat,
    Int8WeightPerChannelFloat,
    Int8WeightPerChannelFloatMSE,
    Uint8ActPerTensorFloat,
)
from torch import nn


class Int8Weight(Int8WeightPerChannelFloat):  # type: ignore[misc]
    """s8 from -127 to 127, one scale a channel from its greatest magnitude."""

    scaling_impl_type = ScalingImplType.PARAMETER_FROM_STATS
    restrict_scaling_type = RestrictValueType.FP


class Int4Weight(Int8WeightPerChannelFloatMSE):  # type: ignore[misc]
    """s4 from -7 to 7, the scale of a channel that has the least squared error."""

    bit_width = 4
    scaling_impl_type = ScalingImplType.PARAMETER_FROM_STATS
    restrict_scaling_type = RestrictValueType.FP


class TernaryWeightMSE(Int8WeightPerChannelFloatMSE):  # type: ignore[misc]
    """-1, 0 and 1, the scale of a channel that has the least squared error.

    The grid of `tercet.quantizers.TernaryWeight`, whose scale starts at the mean
    magnitude: right for one that will learn, too small for one that won't.
    """

    bit_width = 2
    narrow_range = True
    scaling_impl_type = ScalingImplType.PARAMETER_FROM_STATS
    restrict_scaling_type = RestrictValueType.FP


class SignedAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """s8, its scale calibrated."""


class UnsignedAct(Uint8ActPerTensorFloat):  # type: ignore[misc]
    """u8, its scale calibrated: of what is never negative."""


class HalfAct(Uint8ActPerTensorFloat):  # type: ignore[misc]
    """u8 on the grid of an s8: what is added to signed values needs their scale."""

    int_scaling_impl = IntScaling(narrow_range=False, signed=True)


def fused(function: type[nn.Module]) -> type[nn.Module]:
    """The layer that is this activation and its quantizer, as QuantReLU is of ReLU."""

    class Fused(QuantNonLinearActLayer):  # type: ignore[misc]
        def __init__(self, act_quant: type, return_quant_tensor: bool = False, **more: Any) -> None:
            super().__init__(function, False, None, act_quant, return_quant_tensor, **more)

    return Fused
