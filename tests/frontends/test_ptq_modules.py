"""Float modules of many kinds: each is quantized, written, read again, equal, and taken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.helpers.matrix.parts import Does
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._pytree import tree_leaves

from tercet import frontends, passes
from tercet.cli import quantized_model
from tercet.errors import UnsupportedError
from tercet.frontends.model import Model
from tercet.frontends.ptq import api as ptq
from tercet.ir.host.boundary import quantize_inputs
from tercet_golden import integer
from tercet_golden.user_model import torch_golden

ROWS = 24
Do = Callable[[Any, Tensor], Any]


class Args(nn.Module):
    """Any number of inputs, which its signature does not tell."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, *xs: Tensor) -> Tensor:
        found: Tensor = self.a(xs[0]) if len(xs) == 1 else self.a(xs[0]) + self.b(xs[1])
        return found


class Optional(Args):
    def forward(self, x: Tensor, y: Tensor | None = None, **_: Any) -> Tensor:  # type: ignore[override]
        found: Tensor = self.a(x) if y is None else self.a(x) * self.b(y)
        return found


class Parameters(nn.Module):
    """Weights outside of all layers."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.b = nn.Parameter(torch.randn(5, 8)), nn.Parameter(torch.randn(5))
        self.v = nn.Parameter(torch.randn(5, 3))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.w, self.b).relu() @ self.v


def lin(inputs: int, outputs: int) -> nn.Module:
    return nn.Linear(inputs, outputs)


def image(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Unflatten(1, (2, 2, 2)), *layers)


def nested(m: Any, x: Tensor) -> Any:
    y = m.a(x)
    return {"scores": m.b(y), "rest": [y, (torch.relu(y), None)]}


def attention(m: Any, x: Tensor) -> Any:
    x = x.reshape(-1, 2, 4)
    q, k, v = m.q(x), m.k(x), m.v(x)
    return torch.softmax(q @ k.transpose(1, 2) * 0.5, -1) @ v


MODULES: dict[str, Callable[[], nn.Module]] = {
    "a linear layer": lambda: lin(8, 3),
    "two outputs": lambda: Does(lambda m, x: (m.b(m.a(x)), m.a(x)), a=lin(8, 6), b=lin(6, 3)),
    "nested outputs": lambda: Does(nested, a=lin(8, 6), b=lin(6, 3)),
    "any number of inputs": Args,
    "inputs that are optional": Optional,
    "max pooling": lambda: image(nn.MaxPool2d(2)),
    "average pooling": lambda: image(nn.AvgPool2d(2)),
    "adaptive pooling": lambda: image(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "a layer norm": lambda: nn.LayerNorm(8),
    "an instance norm": lambda: image(nn.InstanceNorm2d(2), nn.ReLU()),
    "a batch norm": lambda: nn.BatchNorm1d(8),
    "a softmax": lambda: nn.Softmax(1),
    "GELU": nn.GELU,
    "ReLU": nn.ReLU,
    "nothing": nn.Identity,
    "einsum": lambda: Does(
        lambda m, x: torch.einsum("bij,bkj->bik", x.view(-1, 2, 4), x.view(-1, 2, 4))
    ),
    "parameters": Parameters,
    "a mean": lambda: Does(lambda m, x: x.unflatten(1, (4, 2)).mean(2)),
    "a product of three": lambda: Does(lambda m, x: x * x.flip(1) * torch.tanh(x)),
    "a quotient": lambda: Does(lambda m, x: m.a(x) / (1 + x.abs()), a=lin(8, 8)),
    "a gate": lambda: Does(lambda m, x: m.a(x) * torch.sigmoid(m.b(x)), a=lin(8, 4), b=lin(8, 4)),
    "the greater of two": lambda: Does(
        lambda m, x: torch.maximum(m.a(x), m.b(x)), a=lin(8, 4), b=lin(8, 4)
    ),
    "zeros": lambda: Does(lambda m, x: m.a(torch.cat([x, torch.zeros_like(x)], 1)), a=lin(16, 4)),
    "a norm and functions of it": lambda: nn.Sequential(
        lin(8, 8), nn.GLU(1), nn.LayerNorm(4), nn.GELU(), lin(4, 2)
    ),
    "attention": lambda: Does(attention, q=lin(4, 4), k=lin(4, 4), v=lin(4, 4)),
    "a function first": lambda: nn.Sequential(nn.Softplus(), lin(8, 2), nn.Softmax(1)),
}  # fmt: skip


SEVERAL = "any number of inputs", "inputs that are optional"


class Silent:
    """A watch that nobody reads."""

    def stage(self, name: str) -> None:
        """Nothing."""

    def progress(self, done: int, total: int) -> None:
        """Nothing."""


def written(module: nn.Module, inputs: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """What `tercet quantize` wrote, read again."""
    source = torch.Generator().manual_seed(3)
    xs = tuple(torch.randn(ROWS, 8, generator=source) for _ in range(inputs))
    named = Model("net", module, tuple(x[:1] for x in xs), tuple(x.numpy() for x in xs))
    monkeypatch.setattr(frontends, "resolve", lambda spec: named)
    done = quantized_model.quantized(quantized_model.Asked("net", folder, "int8"), Silent())
    monkeypatch.undo()
    return frontends.resolve(f"{done.files[0]}:build")


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        *((name, 1) for name in MODULES),
        ("any number of inputs", 2),
        ("inputs that are optional", 2),
    ],
)
def test_a_float_module_becomes_a_network_that_is_taken(
    name: str, inputs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(4)
    made = MODULES[name]().eval()
    again = written(made, inputs, tmp_path, monkeypatch)
    assert len(again.samples) == inputs
    assert isinstance(again.module, nn.Module)
    module = passes.run(frontends.capture(again))
    xs = [np.asarray(x, np.float64) for x in again.samples]
    golden = integer.run(module, *quantize_inputs(module, *xs))
    judged = torch_golden.compare(again.module, module, xs, golden, torch.float64)
    assert judged.passed, judged.first
    near = nearness(made, again.module, [torch.from_numpy(x).float() for x in xs])
    assert near > 0.97, near


def nearness(module: nn.Module, quantized_one: nn.Module, xs: list[Tensor]) -> float:
    """How well the results go together: 1 for equal ones."""
    with torch.no_grad():
        pairs = [tree_leaves(one(*xs)) for one in (module, quantized_one)]
    flat = [torch.cat([x.flatten() for x in leaves if x is not None]) for leaves in pairs]
    want, got = flat
    return float(functional.cosine_similarity(want, got, dim=0))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: nn.LSTM(8, 3, batch_first=True), "LSTM is not .*; use convolutions, linear"),
        (lambda: nn.GRUCell(8, 3), "GRUCell is not quantized .*; use convolutions, linear"),
        (lambda: nn.Embedding(9, 3), "Embedding is not .*QuantEmbedding with weight_quant=Int8W"),
        (
            lambda: nn.MultiheadAttention(8, 2, batch_first=True),
            "QuantMultiheadAttention with batch_first=True and softmax_input_quant",
        ),
        (lambda: Does(lambda m, x: m.a(torch.sinc(x)), a=lin(8, 3)), "^sinc: operator sinc"),
    ],
)
def test_what_is_not_quantized_names_what_is_taken_and_leaves_no_file(
    make: Callable[[], nn.Module],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UnsupportedError, match=sentence):
        written(make().eval(), 1, tmp_path / "q", monkeypatch)
    assert not (tmp_path / "q").exists()


def test_a_file_has_an_array_for_each_input(tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((9, 8), np.float32)
    model = Model("net", Args(), 2 * (torch.zeros(1, 8),), 2 * (x[:0],))
    np.savez(tmp_path / "both.npz", x0=x, x1=x + 1, y=np.arange(9))
    found = ptq.data_of(frontends.with_samples(model, tmp_path / "both.npz"))
    assert [float(one.sum()) for one in found.inputs] == pytest.approx([x.sum(), (x + 1).sum()])
    assert found.labels is not None
    assert [len(one) for one in found.rows(torch.tensor([3, 5])).inputs] == [2, 2]
