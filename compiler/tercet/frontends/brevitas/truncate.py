"""Average pools that end in a shift: the window's sum, then its truncation."""

from typing import Any

from brevitas.quant_tensor import IntQuantTensor
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from tercet.errors import UnsupportedError
from tercet.frontends.brevitas.harvest import Call
from tercet.frontends.brevitas.quantized import Truncate


class TruncatingPool(nn.Module):
    """The sum of every window, truncated.

    Brevitas divides the sum by the size of the window, and the scale as well.
    """

    def __init__(self, pool: Any, path: str) -> None:
        super().__init__()
        self.path, self.trunc_quant = path, pool.trunc_quant
        self.target = getattr(pool, "output_size", None)
        self.kernel_size = getattr(pool, "kernel_size", None)
        self.stride = getattr(pool, "stride", None)
        if getattr(pool, "ceil_mode", False):
            raise UnsupportedError(
                "pools with ceil_mode and truncates",
                layer=path,
                way_out=(
                    "its windows are of unlike sizes, so set ceil_mode=False or pad before it"
                ),
            )

    def forward(self, x: Tensor) -> Any:
        if self.kernel_size is None:
            even = self._dividing(x)
            return self.trunc_quant(avg_pool2d(x, even, divisor_override=1))
        sums = avg_pool2d(x, self.kernel_size, self.stride, divisor_override=1)
        return self.trunc_quant(sums)

    def _dividing(self, x: Tensor) -> tuple[int, ...]:
        target = self.target if isinstance(self.target, tuple) else (self.target, self.target)
        sizes = tuple(x.shape[2:])
        wanted = tuple(n if t is None else t for n, t in zip(sizes, target, strict=True))
        if any(n % t for n, t in zip(sizes, wanted, strict=True)):
            raise UnsupportedError(
                f"pools {sizes} to {wanted} and truncates",
                layer=self.path,
                way_out="its windows are of unlike sizes, so choose an output size that divides",
            )
        return tuple(n // t for n, t in zip(sizes, wanted, strict=True))


def replace_truncating(model: nn.Module, pools: tuple[Call, ...]) -> None:
    """Replace pools whose quantizer is a `Truncate` by a `TruncatingPool`."""
    scales = {
        id(call.proxy): once.arguments[0].scale
        for call in pools
        for once in call.times
        if isinstance(once.arguments[0], IntQuantTensor)
    }
    for path, module in list(model.named_modules(remove_duplicate=False)):
        if id(module) in scales and isinstance(module.trunc_quant, Truncate):
            module.trunc_quant.scale = scales[id(module)].detach().clone()
            parent, _, leaf = path.rpartition(".")
            setattr(model.get_submodule(parent), leaf, TruncatingPool(module, path))
