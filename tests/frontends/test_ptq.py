"""Post-training quantization: it stays close, it is written down whole, and bad data is refused."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

from tercet.errors import CaptureError, TercetError, UnsupportedError
from tercet.frontends.model import Model
from tercet.frontends.ptq import api as ptq
from tercet.quantizers import TernaryWeight
from tercet.quantizers.calibrated import HalfAct, SignedAct, TernaryWeightMSE


class Mlp(nn.Sequential):
    def __init__(self, act: Callable[[], nn.Module] = nn.ReLU) -> None:
        hidden = (nn.Linear(64, 64), nn.BatchNorm1d(64), act(), nn.Dropout(0.1))
        super().__init__(*hidden, nn.Linear(64, 10))


class Residual(nn.Module):
    """A convolution with a batch norm, a sum of two branches, functions in place of modules."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(1, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.inner = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.head = nn.Linear(96, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.entry(x.view(x.shape[0], 1, 8, 8))))
        x = functional.relu(self.inner(x) + x)
        logits: Tensor = self.head(functional.max_pool2d(x, 2).flatten(1))
        return logits


class Joined(nn.Module):
    """Two branches on one grid: their quantizer is shared."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(64, 12), nn.Linear(64, 12)
        self.head = nn.Linear(24, 10)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([torch.relu(self.left(x)), self.right(x)], 1)
        logits: Tensor = self.head(joined)
        return logits


class Twice(nn.Module):
    """One layer that is called from two places, and parameters outside of all layers."""

    def __init__(self) -> None:
        super().__init__()
        self.same, self.head = nn.Linear(64, 64), nn.Linear(64, 10)
        self.gain = nn.Parameter(torch.rand(64))
        self.offset = nn.Buffer(torch.rand(64))

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(2):
            x = x * self.gain + self.offset + functional.gelu(self.same(x))
        logits: Tensor = self.head(x)
        return logits


NETWORKS: tuple[Callable[[], nn.Module], ...] = (
    Mlp,
    lambda: Mlp(nn.GELU),
    lambda: Mlp(nn.PReLU),
    Residual,
    Joined,
    Twice,
)


@cache
def digits() -> tuple[ptq.Data, ptq.Data]:
    """Images to train and calibrate on, and others."""
    pixels, classes = load_digits(return_X_y=True)
    x, y = torch.from_numpy(pixels / 16).float(), torch.from_numpy(classes)
    return ptq.Data(x[:1200], y[:1200]), ptq.Data(x[1200:], y[1200:])


@cache
def trained(network: Callable[[], nn.Module], epochs: int = 4) -> nn.Module:
    torch.manual_seed(5)
    model, (data, _) = network().train(), digits()
    assert data.labels is not None
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(epochs):
        for i in range(0, len(data.x), 60):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(data.x[i : i + 60]), data.labels[i : i + 60])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return model.eval()


def silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("weights", ptq.WEIGHTS)
@pytest.mark.parametrize("network", [Mlp, Residual])
def test_a_trained_network_stays_close_to_what_it_was(
    network: Callable[[], nn.Module], weights: str
) -> None:
    calibration, held_out = digits()
    model = trained(network, 12)
    before = ptq.accuracy(model, held_out)
    after = ptq.accuracy(ptq.quantize(model, calibration, weights, silent).module, held_out)
    assert before is not None
    assert after is not None
    assert before > 0.88
    assert after > before - {"ternary": 0.08, "int4": 0.03, "int8": 0.01}[weights]


def test_weights_have_as_many_values_as_their_kind_says() -> None:
    calibration, _ = digits()
    model = trained(Mlp)
    for weights, most in {"ternary": 1, "int4": 7, "int8": 127}.items():
        layer: Any = ptq.quantize(model, calibration, weights, silent).module.get_submodule("0")
        integers = layer.quant_weight().int()
        assert integers.shape == (64, 64)
        assert (int(integers.min()), int(integers.max())) == (-most, most)
        assert layer.quant_weight().scale.shape == (64, 1)


def test_the_ternary_grid_is_that_of_the_quantizer_for_training() -> None:
    same = ("bit_width", "narrow_range", "scaling_per_output_type", "signed")
    for name in same:
        assert getattr(TernaryWeightMSE, name) == getattr(TernaryWeight, name), name


class Shortcut(nn.Module):
    """A sum whose result is negative as often as not, and one of two that never are."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.head = nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x) + x
        x = torch.relu(self.fc2(x)) + torch.relu(x)
        logits: Tensor = self.head(x)
        return logits


def test_signs_follow_the_values_that_occur() -> None:
    calibration, _ = digits()
    found = ptq.quantize(trained(Shortcut), calibration, "int8", silent).source.members
    acts = {member.name: member.value for member in found if "act_quant=" in member.value}
    schemes = {name: value.partition("calibrated.")[2].rstrip(")") for name, value in acts.items()}
    assert schemes["add_1_output_quant"] == "UnsignedAct"
    assert schemes["relu"] == schemes["relu_1"] == "HalfAct"
    assert schemes["add_output_quant"] == "SignedAct"


def test_an_input_that_is_never_negative_gets_all_of_its_byte() -> None:
    calibration, _ = digits()
    shifted = ptq.Data(calibration.x - 0.5, None)
    for data, scheme in ((calibration, "UnsignedAct"), (shifted, ".SignedAct")):
        source = ptq.quantize(trained(Mlp), data, "int8", silent).source
        (entry,) = [m for m in source.members if m.name == "input_1_quant"]
        assert scheme in entry.value


def test_a_shared_quantizer_quantizes_after_it_was_calibrated() -> None:
    """Brevitas' calibration leaves it switched off: both branches would stay real."""
    calibration, _ = digits()
    found = ptq.quantize(trained(Joined), calibration, "int8", silent).module
    results: list[Tensor] = []
    for name in ("relu", "cat_quant"):
        layer = found.get_submodule(name)
        layer.register_forward_hook(lambda _m, _x, result: results.append(result))
    with torch.no_grad():
        found(calibration.x[:50])
    for result in results:
        assert len(torch.unique(result)) <= 256
    shared: Any = found.get_submodule("cat_quant")
    scale = shared.act_quant.scale()
    for result in results:
        assert torch.equal(torch.round(result / scale) * scale, result)


def test_the_model_that_was_given_is_left_alone() -> None:
    calibration, _ = digits()
    model = trained(Mlp)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    ptq.quantize(model, calibration, "ternary", silent)
    assert type(model[0]) is nn.Linear  # type: ignore[index]
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("scheme", [HalfAct, SignedAct])
def test_signed_and_half_activations_have_one_scale(scheme: type) -> None:
    import brevitas.nn as qnn

    layer = qnn.QuantIdentity(act_quant=scheme).train()
    layer(torch.tensor([0.0, 1.0]))
    assert float(layer.eval().act_quant.scale()) == pytest.approx(1 / 128, rel=1e-3)


def model_of(samples: np.ndarray, labels: tuple[int, ...] = ()) -> Model:
    return Model("net", Mlp(), (torch.zeros(1, 64),), (samples,), labels)


X = np.arange(50 * 64).reshape(50, 64) / 100


def test_the_samples_of_a_model_are_what_it_is_calibrated_on() -> None:
    found = ptq.data_of(model_of(X, tuple(range(50))))
    assert found.x.dtype is torch.float32
    np.testing.assert_array_equal(found.x.numpy(), X.astype(np.float32))
    assert found.labels is not None
    assert found.labels.tolist() == list(range(50))
    assert ptq.data_of(model_of(X)).labels is None


def test_one_row_of_five_is_held_out_and_none_is_in_both_parts() -> None:
    data = ptq.data_of(model_of(X, tuple(range(50))))
    first, held_out = ptq.parted(data)
    assert held_out is not None
    assert first.labels is not None
    assert held_out.labels is not None
    rows = [*first.labels.tolist(), *held_out.labels.tolist()]
    assert (len(held_out.x), sorted(rows)) == (10, list(range(50)))
    assert held_out.labels.tolist() != list(range(40, 50)), "drawn: files may be sorted by class"
    for part in (first, held_out):
        assert part.labels is not None
        np.testing.assert_array_equal(part.x.numpy(), data.x[part.labels].numpy())
    again = ptq.parted(data)[1]
    assert again is not None
    assert torch.equal(again.x, held_out.x)


def test_nothing_is_held_out_of_few_inputs_or_without_classes() -> None:
    for model in (model_of(X), model_of(X[:39], tuple(range(39)))):
        data = ptq.data_of(model)
        assert ptq.parted(data) == (data, None)


def test_too_few_inputs_are_refused() -> None:
    with pytest.raises(CaptureError, match=r"d.npz: 3 inputs to calibrate on; wanted at least 8"):
        ptq.require_enough(ptq.data_of(model_of(X[:3])), "d.npz")


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.fc(x) if x.sum() > 0 else x
        return logits


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTM(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.cell(x)[0]
        return result


class Broken(Mlp):
    def __init__(self) -> None:
        super().__init__()
        with torch.no_grad():
            next(self.parameters())[3, 4] = torch.inf


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (Branches, "Brevitas cannot trace the model's forward"),
        (Recurrent, "cell: LSTM is not quantized"),
        (Broken, "0.weight: holds a value that is not finite"),
    ],
)
def test_a_network_that_cannot_be_quantized_is_refused(
    network: Callable[[], nn.Module], words: str
) -> None:
    with pytest.raises(TercetError, match=words):
        ptq.quantize(network(), digits()[0], "int8", silent)


def test_what_is_quantized_already_is_refused() -> None:
    calibration, _ = digits()
    once = ptq.quantize(Mlp(), calibration, "int8", silent).module
    with pytest.raises(UnsupportedError, match="quantized already"):
        ptq.quantize(once, calibration, "int8", silent)


def test_labels_need_one_row_of_scores_for_each_input() -> None:
    calibration, _ = digits()
    with pytest.raises(CaptureError, match="one row of scores"):
        ptq.accuracy(nn.Unflatten(1, (8, 8)), calibration)
