"""Brevitas' attention with the batch as first axis; Brevitas computes with it as the second."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
from brevitas.nn import QuantMultiheadAttention, QuantScaledDotProductAttention
from torch import Tensor, nn

from tercet.errors import UnsupportedError

AROUND_SOFTMAX = "softmax_input_quant", "attn_output_weights_quant"
OF_OPERANDS = "q_scaled_quant", "k_transposed_quant", "v_quant"
NEEDED: Mapping[type[nn.Module], tuple[str, ...]] = {
    QuantMultiheadAttention: (*AROUND_SOFTMAX, *OF_OPERANDS),
    QuantScaledDotProductAttention: AROUND_SOFTMAX,
}
"""The quantizers that attention needs; Brevitas omits the first by default."""


class BatchFirstAttention(nn.Module):
    """QuantMultiheadAttention on (batch, sequence, features).

    Its layers and quantizers keep their names there, so paths stay the same.
    """

    in_proj: Any
    q_proj: Any
    k_proj: Any
    v_proj: Any
    out_proj: Any
    q_scaled_quant: Any
    k_transposed_quant: Any
    softmax_input_quant: Any
    attn_output_weights_quant: Any
    v_quant: Any

    def __init__(self, attention: Any, path: str) -> None:
        super().__init__()
        self.path, self.heads = path, attention.num_heads
        for name in BatchFirstAttention.__annotations__:
            setattr(self, name, getattr(attention, name))

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        if key_padding_mask is not None or (attn_mask is not None and attn_mask.ndim != 2):
            raise UnsupportedError(
                "masks differ from row to row of a batch",
                layer=self.path,
                wanted="one attn_mask of shape (queries, keys)",
            )
        queries, keys, values = map(self._split, self._projected(query, key, value))
        scaled = self.q_scaled_quant(queries / sqrt(queries.shape[-1]))
        scores = scaled @ self.k_transposed_quant(keys.transpose(-2, -1))
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            attn_mask = torch.zeros_like(attn_mask, dtype=scores.dtype).masked_fill(
                attn_mask, -torch.inf
            )
        scores = scores if attn_mask is None else scores + attn_mask
        weights = torch.softmax(self.softmax_input_quant(scores), dim=-1)
        weights = self.attn_output_weights_quant(weights)
        heads = (weights @ self.v_quant(values)).transpose(1, 2)
        result = self.out_proj(heads.flatten(2))
        if not need_weights:
            return result, None
        return result, weights.sum(dim=1) / self.heads if average_attn_weights else weights

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
        if self.in_proj is not None:
            return tuple(self.in_proj(query).chunk(3, dim=-1))
        return self.q_proj(query), self.k_proj(key), self.v_proj(value)

    def _split(self, x: Tensor) -> Tensor:
        """`x` as (batch, heads, sequence, features of a head)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


def put_batch_first(model: nn.Module) -> None:
    """Replace every attention of Brevitas by a `BatchFirstAttention`."""
    for path, module in list(model.named_modules(remove_duplicate=False)):
        if isinstance(module, nn.MultiheadAttention):
            raise UnsupportedError(
                "the weights of nn.MultiheadAttention are floats",
                layer=path,
                way_out=(
                    "use brevitas.nn.QuantMultiheadAttention with batch_first=True and "
                    "softmax_input_quant"
                ),
            )
        if isinstance(module, QuantScaledDotProductAttention):
            _require_quantizers(path, module)
        if not isinstance(module, QuantMultiheadAttention):
            continue
        if not module.batch_first or module.bias_k is not None or module.add_zero_attn:
            raise UnsupportedError(
                "attention with another axis before the batch, with add_bias_kv or "
                "with add_zero_attn",
                layer=path,
                way_out="use batch_first=True and neither of these",
            )
        _require_quantizers(path, module)
        parent, _, leaf = path.rpartition(".")
        setattr(model.get_submodule(parent), leaf, BatchFirstAttention(module, path))


def _require_quantizers(path: str, module: nn.Module) -> None:
    """Refuse an attention that lacks quantizers; the error names all of them."""
    needed = NEEDED[type(module)]
    missing = [name for name in needed if not getattr(module, name).act_quant.is_quant_enabled]
    if missing:
        given = ", ".join(f"{name}={_usual(name)}" for name in missing)
        raise UnsupportedError(
            f"{type(module).__name__} lacks {' and '.join(missing)}",
            layer=path or "the model",
            way_out=f"make it with {given}, of brevitas.quant",
        )


def _usual(name: str) -> str:
    """The quantizer class that Brevitas sets for this quantizer or for its neighbours."""
    unsigned = name == "attn_output_weights_quant"
    return "Uint8ActPerTensorFloat" if unsigned else "Int8ActPerTensorFloat"
