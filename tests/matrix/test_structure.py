"""How a forward can be written: the network is the same."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from tests.helpers.matrix.parts import (
    Does,
    Nibble,
    Shifted,
    Signed,
    act,
    conv,
    entry,
    gains,
    linear,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional


def block(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(conv(inputs, outputs, padding=1), gains(outputs), relu())


def test_sequential_inside_of_sequential() -> None:
    body = nn.Sequential(block(3, 4), nn.Sequential(block(4, 4), nn.MaxPool2d(2)))
    head = nn.Sequential(nn.Flatten(), nn.Sequential(linear(4 * 9, 5)))
    prove(nn.Sequential(nn.Sequential(entry()), body, head), samples(3, 6, 6, rows=8))


def test_module_lists_and_dicts() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        for i, layer in enumerate(m.blocks):
            x = layer(x) if i else m.blocks[0](x)
        return {name: head(x) for name, head in m.heads.items()}["second"], m.heads["first"](x)

    blocks = nn.ModuleList([block(3, 4), block(4, 4), block(4, 2)])
    heads = nn.ModuleDict({"first": conv(2, 3), "second": conv(2, 4, bias=True)})
    prove(Does(do, entry=act(), blocks=blocks, heads=heads), samples(3, 6, 6, rows=8))


def test_a_module_called_twice() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.relu(m.fc(m.entry(x)))
        x = m.relu(m.fc(x))
        return m.out(m.fc(x))

    prove(Does(do, entry=act(), fc=linear(9, 9), relu=relu(), out=act()), samples(9, rows=40))


def test_a_module_called_on_both_branches() -> None:
    def do(m: Any, a: Tensor, b: Tensor) -> Any:
        a, b = m.tower(m.entry(a)), m.tower(m.entry(b))
        return m.difference(a - b), m.product(a * b)

    tower = nn.Sequential(linear(8, 10), relu(), linear(10, 6), act())
    model = Does(do, entry=act(), tower=tower, difference=act(), product=act())
    prove(model, samples(8, rows=30), samples(8, rows=30, seed=1))


def test_one_quantizer_in_two_layers() -> None:
    first = relu()
    second = qnn.QuantReLU(act_quant=first.act_quant)
    layers = linear(8, 8), first, linear(8, 8), second, linear(8, 4)
    prove(nn.Sequential(entry(), *layers), samples(8, rows=30))


def test_functional_style() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.a(functional.max_pool2d(functional.relu(m.first(m.entry(x))), 2))
        x = functional.dropout(x, 0.5, training=m.training)
        x = m.b(functional.relu(m.second(x)))
        return functional.log_softmax(m.fc(torch.flatten(x, 1)), dim=1)

    layers = {"first": conv(1, 4, bias=True), "second": conv(4, 5, bias=True)}
    model = Does(do, entry=act(), a=act(), b=act(), fc=linear(5, 3), **layers)
    prove(model, samples(1, 8, 8))


def residual(m: Any, x: Tensor, layer: nn.Module, quantizer: nn.Module) -> Any:
    """A helper function."""
    return quantizer(layer(x) + x) if layer is not m.last else quantizer(layer(x))


def test_a_helper_function() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        for layer, quantizer in zip((m.first, m.second, m.last), m.quantizers, strict=True):
            x = residual(m, x, layer, quantizer)
        return x

    layers = {
        name: nn.Sequential(linear(8, 8), act(Shifted)) for name in ("first", "second", "last")
    }
    quantizers = nn.ModuleList([act(), act(), act()])
    prove(Does(do, entry=act(), quantizers=quantizers, **layers), samples(8, rows=30))


@pytest.mark.parametrize("size", [4, 9])
def test_control_flow_on_shapes(size: int) -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.relu(m.conv(m.entry(x)))
        while x.shape[-1] > 3:
            x = functional.max_pool2d(x, 2)
        if x.size(2) % 2 == 1:
            x = functional.pad(x, (0, 1, 0, 1))
        return m.fc(x.reshape(len(x), -1)[:, :8])

    model = Does(do, entry=act(), conv=conv(3, 4), relu=relu(), fc=linear(8, 3))
    prove(model, samples(3, size, size))


def test_an_unused_branch() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        m.dead(m.side(x))
        return m.fc(x)

    layers = {"side": linear(8, 4), "fc": linear(8, 3)}
    proof = prove(
        Does(do, entry=act(), dead=relu(), **layers), samples(8), unused=["dead.act_quant"]
    )
    assert proof.operators == ["linear"]


def test_dropout_and_identity() -> None:
    layers = nn.Dropout(0.3), linear(8, 6), nn.Identity(), relu(), nn.AlphaDropout(), linear(6, 2)
    prove(nn.Sequential(nn.Identity(), act(), *layers, nn.Dropout()), samples(8))


def test_two_inputs_and_two_outputs() -> None:
    def do(m: Any, image: Tensor, features: Tensor) -> Any:
        x = m.relu(m.conv(m.a(image))).flatten(1)
        y = m.b(features)
        z = m.join(torch.cat([m.grid(x), m.grid(y)], 1))
        return m.fc(z), m.side(y)

    layers = {"conv": conv(1, 2), "relu": relu(), "grid": act(), "join": act(Nibble)}
    ends = {"fc": linear(2 * 9 + 7, 5), "side": linear(7, 2)}
    model = Does(do, a=act(), b=act(Shifted), **layers, **ends)
    prove(model, samples(1, 5, 5), samples(7, seed=1))


def test_two_quantizers_on_one_input() -> None:
    def do(m: Any, x: Tensor) -> Any:
        return m.first(m.a(x)), m.second(m.b(x))

    model = Does(do, a=act(), b=act(Nibble), first=linear(9, 4), second=linear(9, 3))
    prove(model, samples(9))


PRODUCTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "bij,bjk->bik": lambda a, b: torch.einsum("bij,bjk->bik", a, b),
    "bij,bkj->bik": lambda a, b: torch.einsum("bij,bkj->bik", a, b.transpose(1, 2)),
    "matmul": torch.matmul,
    "@": lambda a, b: a @ b,
    "bmm": torch.bmm,
}


def test_products_of_two_activations() -> None:
    def do(m: Any, a: Tensor, b: Tensor) -> Any:
        a, b = m.a(a), m.b(b)
        products = [product(a, b) for product in PRODUCTS.values()]
        return tuple(out(p) for out, p in zip(m.outs, products, strict=True))

    outs = nn.ModuleList([act() for _ in PRODUCTS])
    model = Does(do, a=act(Signed), b=act(Shifted), outs=outs)
    prove(model, samples(4, 6), samples(6, 5, seed=1))


def test_an_outer_product() -> None:
    def do(m: Any, a: Tensor, b: Tensor) -> Any:
        return m.out(torch.einsum("bi,bj->bij", m.a(a), m.b(b)))

    model = Does(do, a=act(Signed), b=act(Nibble), out=act())
    prove(model, samples(6), samples(5, seed=1))


def test_attention() -> None:
    """Projections, scores, softmax, values: every tensor on a grid of its own."""

    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        heads = [m.grids[i](layer(x)).view(-1, 5, 2, 4) for i, layer in enumerate(m.layers)]
        q, k, v = (head.transpose(1, 2) for head in heads)
        scores = m.scores(q @ k.transpose(-2, -1) / 2)
        found = m.mixed(m.weights(scores.softmax(-1)) @ v)
        return m.out(found.transpose(1, 2).reshape(-1, 5, 8))

    lists = {
        "layers": nn.ModuleList([linear(8, 8) for _ in range(3)]),
        "grids": nn.ModuleList([act() for _ in range(3)]),
    }
    layers = {"scores": act(), "weights": act(Nibble), "mixed": act(), "out": linear(8, 8)}
    prove(Does(do, entry=act(), **layers, **lists), samples(5, 8))
