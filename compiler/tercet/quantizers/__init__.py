"""Brevitas quantizers for ternary networks; Brevitas has no ternary one per channel that learns.

QuantLinear(64, 10, bias=False, weight_quant=TernaryWeight)
"""

from brevitas.core.function_wrapper import TensorClamp
from brevitas.inject.enum import RestrictValueType, ScalingImplType, ScalingPerOutputType, StatsOp
from brevitas.quant.base import NarrowIntQuant
from brevitas.quant.scaled_int import Uint8ActPerTensorFloat
from brevitas.quant.solver import WeightQuantSolver


class TernaryWeight(NarrowIntQuant, WeightQuantSolver):  # type: ignore[misc]
    """clip(round(w / scale), -1, 1); one learned scale a channel, which starts at mean(abs(w)).

    The clamp passes no gradient outside [-1, 1]; with Brevitas' default clamp it does not learn.
    """

    bit_width = 2
    scaling_impl_type = ScalingImplType.PARAMETER_FROM_STATS
    scaling_stats_op = StatsOp.AVE
    scaling_per_output_type = ScalingPerOutputType.CHANNEL
    restrict_scaling_type = RestrictValueType.FP
    scaling_min_val = 1e-8
    tensor_clamp_impl = TensorClamp


class PixelInput(Uint8ActPerTensorFloat):  # type: ignore[misc]
    """u8 of bytes divided by 255: [0, 1] in 255 steps, zero is the integer 0."""

    scaling_impl_type = ScalingImplType.CONST
    restrict_scaling_type = RestrictValueType.FP
    max_val = 1.0


class UnsignedAct(Uint8ActPerTensorFloat):  # type: ignore[misc]
    """u8 after a ReLU, with a learned scale that starts at 6 / 255."""

    scaling_impl_type = ScalingImplType.PARAMETER
    restrict_scaling_type = RestrictValueType.FP
    max_val = 6.0
