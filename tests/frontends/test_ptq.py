"""Post-training quantization: it stays close, it is written down whole, and bad data is refused."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
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
from tercet.frontends.ptq.schemes import HalfAct, SignedAct, TernaryWeightMSE
from tercet.frontends.quantizers import TernaryWeight


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
    schemes = {name: value.partition("schemes.")[2].rstrip(")") for name, value in acts.items()}
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


def model_of(samples: np.ndarray) -> Model:
    return Model("net", Mlp(), (torch.zeros(1, 64),), (samples,))


def write(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez(folder / "data.npz", allow_pickle=True, **arrays)
    return folder / "data.npz"


X, Y = np.zeros((9, 64), np.float32), np.arange(9)


def test_calibration_comes_from_a_file_or_from_the_model(tmp_path: Path) -> None:
    own = ptq.read(model_of(X.astype(np.float64)), None, None)
    assert own.x.shape == (9, 64)
    assert own.labels is None
    given = ptq.read(model_of(X[:0]), write(tmp_path, x=X + 1, y=Y), None)
    assert given.x.dtype is torch.float32
    assert given.labels is not None
    assert given.labels.tolist() == Y.tolist()
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y[::-1])
    apart = ptq.read(model_of(X[:0]), tmp_path / "x.npy", tmp_path / "y.npy")
    assert apart.labels is not None
    assert apart.labels.tolist() == Y[::-1].tolist()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"z": X}, "holds z; wanted an array called x"),
        ({"x": X[:, :9]}, r"rows of shape \(9,\); the model's input wants \(64,\)"),
        ({"x": X[:3]}, "3 inputs to calibrate on; wanted at least 8"),
        ({"x": X.astype(complex)}, "x holds complex128"),
        ({"x": X * np.nan}, "not finite"),
        ({"x": X.astype(object)}, "damaged"),
        ({"x": X, "y": Y[:4]}, r"labels are int64 of shape \(4,\); wanted one integer for each"),
        ({"x": X, "y": Y / 2}, "labels are float64"),
    ],
)
def test_data_that_cannot_be_used_is_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], words: str
) -> None:
    with pytest.raises(CaptureError, match=words):
        ptq.read(model_of(X[:0]), write(tmp_path, **arrays), None)


def test_a_model_of_two_inputs_is_refused() -> None:
    two = Model("net", Mlp(), (torch.zeros(1, 64), torch.zeros(1, 3)), (X, X[:, :3]))
    with pytest.raises(UnsupportedError, match="has 2 inputs"):
        ptq.read(two, None, None)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"not numpy"])
def test_a_file_that_is_no_array_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(CaptureError, match="cannot read"):
        ptq.read(model_of(X), tmp_path / "data.npz", None)
    with pytest.raises(CaptureError, match="No such file"):
        ptq.read(model_of(X), tmp_path / "none.npz", None)


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
