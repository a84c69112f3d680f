"""Brevitas' upsampling layers replaced by torch's, which also take plain tensors."""

from brevitas.nn import QuantUpsample, QuantUpsamplingBilinear2d, QuantUpsamplingNearest2d
from torch import nn

from tercet.errors import UnsupportedError


def replace_upsampling(model: nn.Module) -> None:
    """Replace every upsampling layer of Brevitas by nn.Upsample."""
    kinds = QuantUpsample, QuantUpsamplingNearest2d, QuantUpsamplingBilinear2d
    for path, module in list(model.named_modules(remove_duplicate=False)):
        if not isinstance(module, kinds):
            continue
        if module.mode != "nearest":
            raise UnsupportedError(
                f"upsamples by mode {module.mode!r}",
                layer=path,
                way_out="use mode 'nearest' and a whole factor",
            )
        parent, _, leaf = path.rpartition(".")
        plain = nn.Upsample(module.size, module.scale_factor, "nearest")
        setattr(model.get_submodule(parent), leaf, plain)
