"""Linear layers, alone and with every activation of torch."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from brevitas.nn import QuantIdentity
from tests.helpers.matrix.parts import (
    INPUTS,
    WEIGHTS,
    WIDTHS,
    Does,
    Fan,
    Nibble,
    Signed,
    SignedNibble,
    act,
    entry,
    groups,
    linear,
    named,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional

IN, OUT = 40, 6
FEW = 3
"""Outputs of a function of which the audit knows nothing: it is looked at for every sum."""


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_linear_layer_alone(weight: str) -> None:
    kind = WEIGHTS[weight]
    proof = prove(Fan(entry(), linear(IN, OUT, kind), linear(IN, OUT, kind, False)), samples(IN))
    assert proof.operators == ["linear", "linear"]


@pytest.mark.corners
@pytest.mark.parametrize("first", INPUTS)
@pytest.mark.parametrize("weight", WIDTHS)
def test_two_linear_layers_on_every_input(weight: str, first: str) -> None:
    layers = linear(IN, 12, WEIGHTS[weight]), relu(), linear(12, OUT, WEIGHTS[weight], False)
    prove(nn.Sequential(entry(INPUTS[first]), *layers, act()), samples(IN))


MODULES: list[nn.Module] = [
    nn.ReLU(),
    nn.ReLU6(),
    nn.LeakyReLU(0.1),
    nn.PReLU(),
    nn.PReLU(OUT),
    nn.RReLU(),
    nn.ELU(),
    nn.ELU(0.7),
    nn.CELU(1.3),
    nn.SELU(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.SiLU(),
    nn.Mish(),
    nn.Sigmoid(),
    nn.LogSigmoid(),
    nn.Hardsigmoid(),
    nn.Hardswish(),
    nn.Tanh(),
    nn.Tanhshrink(),
    nn.Hardtanh(),
    nn.Hardtanh(-0.4, 0.9),
    nn.Softplus(),
    nn.Softplus(2.0, 3.0),
    nn.Softsign(),
    nn.Threshold(0.1, 0.05),
    nn.Threshold(0.1, -0.6),
]
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "functional.relu": functional.relu,
    "functional.relu6": functional.relu6,
    "functional.leaky_relu": functional.leaky_relu,
    "functional.prelu": lambda x: functional.prelu(x, torch.full((1,), 0.25, dtype=x.dtype)),
    "functional.elu": functional.elu,
    "functional.selu": functional.selu,
    "functional.celu": functional.celu,
    "functional.gelu": functional.gelu,
    "functional.silu": functional.silu,
    "functional.mish": functional.mish,
    "functional.sigmoid": functional.sigmoid,
    "functional.logsigmoid": functional.logsigmoid,
    "functional.hardsigmoid": functional.hardsigmoid,
    "functional.hardswish": functional.hardswish,
    "functional.tanh": functional.tanh,
    "functional.hardtanh": functional.hardtanh,
    "functional.softplus": functional.softplus,
    "functional.softsign": functional.softsign,
    "functional.threshold": lambda x: functional.threshold(x, 0.1, 0.0),
    "torch.relu": torch.relu,
    "torch.sigmoid": torch.sigmoid,
    "torch.tanh": torch.tanh,
    "torch.abs": torch.abs,
    "torch.square": torch.square,
    "torch.erf": torch.erf,
    "torch.exp": lambda x: torch.exp(x.clamp(max=1.0)),
    "clamp": lambda x: x.clamp(-0.5, 0.8),
    "clamp min": lambda x: x.clamp(min=-0.3),
    "clamp max": lambda x: torch.clamp(x, max=0.3),
    "quick gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "pow": lambda x: x.pow(2),
    "sqrt": lambda x: torch.sqrt(x.relu()),
}


@pytest.mark.parametrize("layers", groups(MODULES, 5), ids=named)
def test_an_activation_behind_a_linear_layer(layers: Sequence[nn.Module]) -> None:
    """Its sums are more than a table has entries: products, or thresholds that rise and fall."""
    branches = [nn.Sequential(linear(IN, OUT), layer, act()) for layer in layers]
    prove(Fan(entry(), *branches), samples(IN) / 2)


@pytest.mark.parametrize("layers", groups(MODULES, 8), ids=named)
def test_an_activation_on_a_quantized_tensor(layers: Sequence[nn.Module]) -> None:
    proof = prove(Fan(entry(), *(nn.Sequential(a, act()) for a in layers)), samples(OUT, rows=60))
    assert set(proof.operators) <= {"table", "requantize"}


class Called(nn.Module):
    """A function of torch between a linear layer and a quantizer."""

    def __init__(self, name: str, weight: Any) -> None:
        super().__init__()
        self.name, self.fc, self.out = name, linear(IN, FEW, weight), act()

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.out(FUNCTIONS[self.name](self.fc(x)))
        return found


@pytest.mark.parametrize("names", groups(list(FUNCTIONS), 6), ids=named)
def test_a_function_behind_a_linear_layer(names: Sequence[str]) -> None:
    prove(Fan(act(), *(Called(name, WIDTHS["4 bits"]) for name in names)), samples(IN) / 2)


@pytest.mark.corners
@pytest.mark.parametrize("quantizer", [Signed, SignedNibble, Nibble])
@pytest.mark.parametrize("threshold_bits", [0, 4])
def test_activations_of_few_bits(quantizer: object, threshold_bits: int) -> None:
    layers = linear(IN, OUT), nn.GELU(), act(quantizer), linear(OUT, 3), nn.Tanh(), act(quantizer)
    proof = prove(nn.Sequential(entry(), *layers), samples(IN), threshold_bits=threshold_bits)
    assert "threshold" in proof.operators


@pytest.mark.parametrize("weight", WIDTHS)
def test_the_host_ends_a_network(weight: str) -> None:
    ends = nn.Softmax(1), nn.Softmax(-1), nn.LogSoftmax(1), nn.Sigmoid(), nn.Softmin(1), nn.GELU()
    branches = [nn.Sequential(linear(IN, OUT, WIDTHS[weight]), end) for end in ends]
    prove(Fan(entry(), *branches), samples(IN))


def test_a_softmax_of_torch_or_functional_at_the_end() -> None:
    model = Does(
        lambda m, x: (functional.softmax(m.fc(x), dim=-1), torch.log_softmax(m.fc(x), 1)),
        fc=linear(IN, OUT),
    )
    prove(nn.Sequential(entry(), model), samples(IN))


def test_a_softmax_between_quantizers() -> None:
    layers = linear(IN, OUT), act(), nn.Softmax(1), act(Nibble), linear(OUT, 3)
    proof = prove(nn.Sequential(entry(), *layers), samples(IN))
    assert "softmax" in proof.operators


@pytest.mark.parametrize("parts", [lambda x: x.unbind(0), lambda x: (x[0], x[1], x[2])])
def test_attention_whose_heads_come_in_front_of_the_batch(parts: Callable[[Any], Any]) -> None:
    """As timm writes it: (3, batch, heads, tokens, features), taken apart."""

    def attend(m: Any, x: Tensor) -> Any:
        rows, tokens, width = x.shape
        split = m.out(m.qkv(x)).reshape(rows, tokens, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        q, k, v = parts(split)
        scores = m.scores((q @ k.transpose(-2, -1)) * 0.5)
        mixed = m.weights(scores.softmax(-1)) @ v
        return m.proj(m.mixed(mixed.transpose(1, 2).reshape(rows, tokens, width)))

    grids = {name: act() for name in ("out", "scores", "mixed")} | {"weights": act(Nibble)}
    model = Does(attend, qkv=linear(8, 24), proj=linear(8, 8), **grids)
    proof = prove(nn.Sequential(entry(), model), samples(5, 8))
    assert proof.operators.count("matmul") == 2


def test_a_linear_layer_of_one_input_and_one_output() -> None:
    layers = linear(1, 1), relu(), linear(1, 1)
    with torch.no_grad():
        layers[0].weight.fill_(0.8)
    prove(nn.Sequential(QuantIdentity(), *layers), samples(1, rows=60))


@pytest.mark.parametrize("rank", [2, 3])
def test_a_linear_layer_on_more_axes(rank: int) -> None:
    layers = linear(IN, 7), nn.GELU(), act(), linear(7, 5, WIDTHS["4 bits"]), relu()
    prove(nn.Sequential(entry(), *layers), samples(*(2, 3, 4)[:rank], IN))
