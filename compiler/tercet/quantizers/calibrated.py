"""The quantizers that post-training quantization chooses from, built of Brevitas' own parts.

A weight's scale is computed once from the float weights and then stored as a parameter, because
GPTQ changes the weights afterwards and their grid must stay.
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
    """s4 from -7 to 7, with the scale of least squared error in each channel."""

    bit_width = 4
    scaling_impl_type = ScalingImplType.PARAMETER_FROM_STATS
    restrict_scaling_type = RestrictValueType.FP


class TernaryWeightMSE(Int8WeightPerChannelFloatMSE):  # type: ignore[misc]
    """-1, 0 and 1, with the scale of least squared error in each channel.

    `tercet.quantizers.TernaryWeight` has the same grid, but its scale starts at the mean
    magnitude, which suits a scale that learns and is too small for one that stays.
    """

    bit_width = 2
    narrow_range = True
    scaling_impl_type = ScalingImplType.PARAMETER_FROM_STATS
    restrict_scaling_type = RestrictValueType.FP


class SignedAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """s8 with a calibrated scale."""


class UnsignedAct(Uint8ActPerTensorFloat):  # type: ignore[misc]
    """u8 with a calibrated scale, for values that are never negative."""


class HalfAct(Uint8ActPerTensorFloat):  # type: ignore[misc]
    """u8 on the grid of an s8, for values that are added to signed ones and need their scale."""

    int_scaling_impl = IntScaling(narrow_range=False, signed=True)


def fused(function: type[nn.Module]) -> type[nn.Module]:
    """A layer of this activation and its quantizer, as QuantReLU is for ReLU."""

    class Fused(QuantNonLinearActLayer):  # type: ignore[misc]
        def __init__(self, act_quant: type, return_quant_tensor: bool = False, **more: Any) -> None:
            super().__init__(function, False, None, act_quant, return_quant_tensor, **more)

    return Fused
