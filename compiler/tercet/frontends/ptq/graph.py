"""A traced float module with merged batch norms and Brevitas layers and quantizers."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import brevitas.nn as qnn
import torch
from brevitas.graph.calibrate import QuantizationStatusManager
from brevitas.graph.quantize import (
    COMPUTE_LAYER_MAP,
    preprocess_for_quantize,
    quantize,
)
from brevitas.graph.standardize import TorchFunctionalToModule
from torch import nn
from torch.nn import functional

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.ptq.inputs import fixed
from tercet.frontends.ptq.sites import quantize_sites
from tercet.quantizers.calibrated import SignedAct, UnsignedAct, fused

FUNCTIONS = (
    (torch.relu, nn.ReLU),
    (torch.sigmoid, nn.Sigmoid),
    (torch.tanh, nn.Tanh),
    (functional.gelu, nn.GELU),
    (functional.silu, nn.SiLU),
    (functional.hardswish, nn.Hardswish),
    (functional.mish, nn.Mish),
)
"""Functions that become modules here, in addition to Brevitas' own."""
PLAIN: tuple[type[nn.Module], ...] = (
    nn.GELU,
    nn.SiLU,
    nn.Hardswish,
    nn.Mish,
    nn.ELU,
    nn.SELU,
    nn.Softplus,
)
"""Activations that are fused with their quantizer if their parameters are the defaults."""
POOLS = (nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d)
"""Layers without weights whose result is quantized."""
LAYERS: tuple[type[nn.Module], ...] = (
    nn.Linear,
    nn.Conv1d,
    nn.Conv2d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
)
Replacement: TypeAlias = tuple[type, dict[str, Any]]
"""The class of a replacement, and the arguments of its constructor."""
_STATELESS = "convolutions, linear layers or attention over the sequence"
INSTEAD: Mapping[type[nn.Module], str] = {
    nn.RNNBase: _STATELESS,
    nn.RNNCellBase: _STATELESS,
    nn.MultiheadAttention: (
        "brevitas.nn.QuantMultiheadAttention with batch_first=True and softmax_input_quant, and "
        "train it"
    ),
    nn.Embedding: (
        "brevitas.nn.QuantEmbedding with weight_quant=Int8WeightPerTensorFloat, and train it"
    ),
    nn.Conv3d: "convolutions of one or two axes",
    nn.ConvTranspose3d: "convolutions of one or two axes",
    nn.Bilinear: "two linear layers and a product",
}
"""Replacements to suggest for layers with weights that are not among `LAYERS`."""


def _act(layer: type, act: type) -> Replacement:
    return layer, {"act_quant": act, "return_quant_tensor": False}


IDENTITIES = dict.fromkeys(("signed", "unsigned"), _act(qnn.QuantIdentity, SignedAct))
"""Signed quantizers for all, because Brevitas guesses signs wrongly behind quantizers."""


def quantized_graph(module: nn.Module, weight: type, real: Sequence[bool]) -> Any:
    """`module` as a graph of Brevitas layers; quantizers are signed except behind ReLU and sigmoid.

    `real`: which of its inputs are floats. A module without weights has its results quantized.
    """
    _require_float(module)
    weighted = any(isinstance(layer, LAYERS) for layer in module.modules())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from brevitas.fx import symbolic_trace

            graph = TorchFunctionalToModule(FUNCTIONS).apply(
                symbolic_trace(fixed(module, len(real)))
            )
            _drop_out(graph)
            graph = preprocess_for_quantize(graph, trace_model=False, relu6_to_relu=False)
            graph = quantize(graph, IDENTITIES, _layers(weight), _activations(graph))
            quantize_sites(graph, real, outputs=not weighted)
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(
            f"Brevitas cannot trace the model's forward: {first}; write it without branches on "
            "the values of tensors"
        ) from error
    QuantizationStatusManager.disable_return_quant_tensor(graph)
    return graph.eval()


def _require_float(module: nn.Module) -> None:
    for name, layer in module.named_modules():
        if type(layer).__module__.startswith("brevitas."):
            raise UnsupportedError(
                f"is quantized already ({type(layer).__name__})",
                layer=name or "the model",
                way_out="give a float model, or this one to `tercet check` as it is",
            )
        instead = next((INSTEAD[kind] for kind in INSTEAD if isinstance(layer, kind)), None)
        if instead is not None:
            raise UnsupportedError(
                f"{type(layer).__name__} is not quantized after training",
                layer=name or "the model",
                way_out=f"use {instead}",
            )


def _drop_out(graph: Any) -> None:
    """Remove the argument `out`, which replaced functions keep and modules do not have."""
    for node in graph.graph.nodes:
        if node.op == "call_module" and node.kwargs.get("out", 0) is None:
            node.kwargs = {name: value for name, value in node.kwargs.items() if name != "out"}
    graph.recompile()


def _layers(weight: type) -> dict[type, Replacement | None]:
    """The replacements of layers; biases stay real, since requantization includes them exactly."""
    options = {"weight_quant": weight, "bias_quant": None, "return_quant_tensor": False}
    kinds = {kind: COMPUTE_LAYER_MAP[kind][0] for kind in LAYERS}
    # a layer that is called twice is found again after its replacement
    layers: dict[type, Replacement | None] = dict.fromkeys((*POOLS, *kinds.values()))
    return layers | {kind: (quantized, options) for kind, quantized in kinds.items()}


def _activations(graph: nn.Module) -> dict[type, Replacement]:
    found: dict[type, Replacement] = {
        nn.ReLU: _act(qnn.QuantReLU, UnsignedAct),
        nn.Sigmoid: _act(qnn.QuantSigmoid, UnsignedAct),
        nn.Tanh: _act(qnn.QuantTanh, SignedAct),
    }
    for kind in PLAIN:
        used = {module.extra_repr() for module in graph.modules() if type(module) is kind}
        made: nn.Module = kind()
        if used <= {made.extra_repr()}:
            found[kind] = _act(fused(kind), SignedAct)
    return found
