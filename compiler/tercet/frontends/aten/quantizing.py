"""torch.ops.tercet: the operations that replace every quantizer before the export."""

import numpy as np
import torch
from torch import Tensor

from tercet.ir.arithmetic.rounding import ROUNDINGS


def rounded(x: Tensor, rounding: str) -> Tensor:
    """`x` rounded by a mode of `tercet.ir.arithmetic.rounding`."""
    found = ROUNDINGS[rounding].reference(np.asarray(x.detach().numpy(), np.float64))
    return torch.from_numpy(np.asarray(found)).to(x.dtype)


@torch.library.custom_op("tercet::fake_quantize", mutates_args=())
def fake_quantize(
    x: Tensor, step: Tensor, scale: Tensor, zero_point: Tensor, low: int, high: int, rounding: str
) -> Tensor:
    """Quantize in steps of `step`, in Brevitas' association, and dequantize by `scale`."""
    q = torch.clamp(rounded(x / step + zero_point, rounding), low, high)
    return (q - zero_point) * scale


@fake_quantize.register_fake
def _(
    x: Tensor, step: Tensor, scale: Tensor, zero_point: Tensor, low: int, high: int, rounding: str
) -> Tensor:
    return torch.empty_like(x, dtype=scale.dtype)


@torch.library.custom_op("tercet::truncate", mutates_args=())
def truncate(
    x: Tensor,
    scale: Tensor,
    factor: Tensor,
    after: Tensor,
    zero_point: Tensor,
    low: int,
    high: int,
    rounding: str,
) -> Tensor:
    """Divide the integers x / scale by `factor`, round, and dequantize by `after`."""
    q = torch.round(x / scale) / factor + zero_point
    return (torch.clamp(rounded(q, rounding), low, high) - zero_point) * after


@truncate.register_fake
def _(
    x: Tensor,
    scale: Tensor,
    factor: Tensor,
    after: Tensor,
    zero_point: Tensor,
    low: int,
    high: int,
    rounding: str,
) -> Tensor:
    return torch.empty_like(x)


@torch.library.custom_op("tercet::constant", mutates_args=())
def constant(q: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    """The real values of an integer constant."""
    return (q.to(scale.dtype) - zero_point) * scale


@constant.register_fake
def _(q: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    return torch.empty_like(q, dtype=scale.dtype)
