"""Two forms of one network: their integers are compared, and Brevitas' QONNX export is caught."""

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brevitas.export.onnx.manager as exporter
import brevitas.nn as qnn
import onnx as onnx_package
import pytest
import torch
from brevitas.export import export_onnx_qcdq, export_qonnx
from brevitas.inject.enum import QuantType
from torch import nn
from typer.testing import CliRunner
from xdsl.dialects.builtin import ModuleOp

from tercet import check, frontends
from tercet.check.codec import encode
from tercet.check.contract import Comparison
from tercet.cli.app import app
from tercet.errors import UnsupportedError
from tercet.frontends import onnx
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct
from tercet.targets.door import Settings


class Thresholded(TernaryWeight):
    """Brevitas' ternary quantizer: not round(w / scale), which is all that QONNX can say."""

    quant_type = QuantType.TERNARY
    threshold = 0.7
    quant_delay_steps = 0


def network(weight: type) -> nn.Sequential:
    torch.manual_seed(4)
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=PixelInput),
        qnn.QuantLinear(12, 16, bias=False, weight_quant=weight),
        qnn.QuantReLU(act_quant=UnsignedAct),
        qnn.QuantLinear(16, 4, bias=True, weight_quant=weight),
    ).eval()


def thresholded() -> nn.Module:
    """What the command line finds by its name."""
    return network(Thresholded)


def captured(model: nn.Module) -> ModuleOp:
    return frontends.load(model, torch.rand(1, 12))


def compared(model: nn.Module, other: nn.Module) -> Comparison:
    return check.compare(captured(model), captured(other), "other")


def test_a_network_equals_itself() -> None:
    model = network(TernaryWeight)
    pairs = compared(model, copy.deepcopy(model)).pairs
    assert [(pair.layer, pair.other) for pair in pairs] == [("1", "1"), ("3", "3")]
    assert [pair.shape for pair in pairs] == [(16, 12), (4, 16)]
    assert all(pair.different == 0 and pair.scale_error == 0 for pair in pairs)


def test_one_weight_that_differs_is_found() -> None:
    model = network(TernaryWeight)
    other: Any = copy.deepcopy(model)
    with torch.no_grad():
        before = int(other[3].quant_weight().int()[2, 9])
        other[3].weight[2, 9] = -10 if before == 1 else 10
    same, wrong = compared(model, other).pairs
    assert same.different == 0
    assert (wrong.different, wrong.first, wrong.found) == (1, (2, 9), before)
    assert wrong.expected == (-1 if before == 1 else 1)


def test_a_scale_that_differs_is_measured() -> None:
    model = network(TernaryWeight)
    other: Any = copy.deepcopy(model)
    other(torch.rand(2, 12))
    state = other.state_dict()
    for name in ("1.weight", "1.weight_quant.tensor_quant.scaling_impl.value"):
        state[name] = state[name] * 2
    other.load_state_dict(state)
    pair = compared(model, other).pairs[0]
    assert pair.different == 0
    assert pair.scale_error == pytest.approx(0.5)


def test_a_layer_that_one_of_them_lacks_is_found() -> None:
    model = network(TernaryWeight)
    shorter = model[:2]
    lost, gained = compared(model, shorter), compared(shorter, model)
    assert [(pair.layer, pair.other) for pair in lost.pairs] == [("1", "1"), ("3", "")]
    assert [(pair.layer, pair.other) for pair in gained.pairs] == [("1", "1"), ("", "3")]
    for comparison in (lost, gained):
        assert checked(comparison).verdict == "fail"


def checked(comparison: Comparison) -> check.Check:
    """A check without a problem of its own, with this comparison."""
    nothing = check.refused("m", None, [], Settings("small"), 0)
    assert nothing.verdict == "pass"
    return check.with_comparison(nothing, comparison)


@pytest.fixture
def brevitas_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brevitas exports without onnxoptimizer, which would only drop unused initializers."""
    monkeypatch.setattr(exporter, "onnx", onnx_package)
    monkeypatch.setattr(exporter, "opt", SimpleNamespace(optimize=lambda model, passes: model))


@pytest.mark.usefixtures("brevitas_exports")
def test_a_qonnx_export_with_wrong_weights_is_found(tmp_path: Path) -> None:
    model, path = network(Thresholded), tmp_path / "net.onnx"
    export_qonnx(model, args=torch.rand(1, 12), export_path=str(path), dynamo=False)
    found = check.compare(captured(model), onnx.load(onnx.read(path)), "net.onnx")
    assert all(pair.different > 0 for pair in found.pairs)
    done = checked(found)
    assert done.verdict == "fail"
    assert len(done.problems) == 2
    assert "of its weights differ from those of" in done.problems[0].message
    encode(done)
    words = ["check", f"{__name__}:thresholded", "--against", str(path)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1, result.output
    assert "export it by Brevitas' export_onnx_qcdq, not export_qonnx" in result.stdout


@pytest.mark.usefixtures("brevitas_exports")
@pytest.mark.parametrize("weight", [TernaryWeight, Thresholded])
def test_exports_that_are_right_are_equal(tmp_path: Path, weight: type) -> None:
    model, path = network(weight), tmp_path / "net.onnx"
    export_onnx_qcdq(model, args=torch.rand(1, 12), export_path=str(path), dynamo=False)
    found = check.compare(captured(model), onnx.load(onnx.read(path)), "net.onnx")
    assert [pair.different for pair in found.pairs] == [0, 0]
    assert checked(found).verdict == "pass"
    if weight is TernaryWeight:
        export_qonnx(model, args=torch.rand(1, 12), export_path=str(path), dynamo=False)
        found = check.compare(captured(model), onnx.load(onnx.read(path)), "net.onnx")
        assert [pair.different for pair in found.pairs] == [0, 0]


def test_an_error_without_a_layer_is_a_problem_of_the_model() -> None:
    found = check.refused("m", None, [UnsupportedError("nothing to do")], Settings("small"), 0)
    assert [(problem.layer, problem.message) for problem in found.problems] == [
        ("", "nothing to do")
    ]
