"""Integer weights and biases are those of the user's float32 module, wherever it runs.

In float64 the same module would compute its scales a little differently, and a weight or a bias
that lies on a rounding tie could become another integer: another network.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from tercet.errors import CaptureError
from tercet.frontends.brevitas.harvest import harvest, stand_in
from tercet.frontends.brevitas.quantized import Constant


def constants(single: nn.Module, example: Tensor) -> dict[str, Tensor]:
    """The integers of every quantized weight and bias of a float32 module, by proxy."""
    stands = {call.path: stand_in(call) for call in harvest(single.float(), example.float())}
    return {path: stand.integers() for path, stand in stands.items() if isinstance(stand, Constant)}


def pin(double: nn.Module, integers: Mapping[str, Tensor]) -> None:
    """Make every weight and bias quantizer of `double` yield these integers, at its own scale."""
    for path, values in integers.items():
        double.get_submodule(path).register_forward_hook(_hook(path, values))


def _hook(path: str, integers: Tensor) -> Any:
    def hook(_module: nn.Module, _arguments: Any, result: Any) -> Any:
        own = torch.round(result.value / result.scale + result.zero_point)
        if bool((torch.abs(own - integers) > 1).any()):
            raise CaptureError(
                f"{path.rpartition('.')[0]}: its integers in float32 and in float64 are more than "
                "one apart; its scale is too small for float32"
            )
        exact = (integers.to(own.dtype) - result.zero_point) * result.scale
        return result._replace(value=exact)

    return hook
