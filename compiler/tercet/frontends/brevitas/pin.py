"""Quantized weights and biases fixed to the integers of the user's float32 module.

In float64 the module computes slightly different scales, and a weight or a bias on a rounding tie
could become another integer.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import torch
from torch import Tensor, nn

from tercet.errors import CaptureError
from tercet.frontends.brevitas.harvest import harvest
from tercet.frontends.brevitas.quantized import Calls, QuantizedConstant, Stand
from tercet.frontends.brevitas.quantizer_replacements import stand_in


def constants(single: nn.Module, inputs: Sequence[Tensor]) -> dict[str, tuple[Tensor, ...]]:
    """The integers of every quantized weight and bias of a float32 module, by proxy.

    There is one tensor, or one for each call if they differ.
    """
    floats = [x.float() if x.is_floating_point() else x for x in inputs]
    stands = {call.path: stand_in(call) for call in harvest(single.float(), floats).calls}
    found = {path: _integers(stand) for path, stand in stands.items()}
    return {path: integers for path, integers in found.items() if integers}


def _integers(stand: Stand) -> tuple[Tensor, ...]:
    stands = stand.stands if isinstance(stand, Calls) else [stand]
    return tuple(one.integers() for one in stands if isinstance(one, QuantizedConstant))


def pin(double: nn.Module, integers: Mapping[str, tuple[Tensor, ...]]) -> None:
    """Fix the integers of every weight and bias quantizer of `double`; scales stay its own."""
    for path, values in integers.items():
        double.get_submodule(path).register_forward_hook(_hook(path, values))


def _hook(path: str, integers: tuple[Tensor, ...]) -> Any:
    turn = cycle(integers)

    def hook(_module: nn.Module, _arguments: Any, result: Any) -> Any:
        fixed = next(turn)
        own = torch.round(result.value / result.scale + result.zero_point)
        if bool((torch.abs(own - fixed) > 1).any()):
            raise CaptureError(
                "its integers in float32 and in float64 are more than one apart",
                layer=path.rpartition(".")[0],
                way_out="its scale is too small for float32",
            )
        exact = (fixed.to(own.dtype) - result.zero_point) * result.scale
        return result._replace(value=exact)

    return hook
