"""Every fault of a model is one sentence that names the layer or the file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from brevitas.inject.enum import ScalingImplType, ScalingPerOutputType
from torch import Tensor, nn

from tercet import frontends, passes
from tercet.errors import CaptureError, TercetError, UnsupportedError, UsageError
from tercet.frontends.python import own_example_of as example_of
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct


def dense(inputs: int = 4, outputs: int = 3) -> Any:
    return qnn.QuantLinear(inputs, outputs, bias=False, weight_quant=TernaryWeight)


def pixels() -> Any:
    return qnn.QuantIdentity(act_quant=PixelInput, return_quant_tensor=True)


def relu() -> Any:
    return qnn.QuantReLU(act_quant=UnsignedAct)


def compile_(model: nn.Module, inputs: int = 4) -> None:
    passes.run(frontends.load(model.eval(), torch.rand(1, inputs)))


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert len(text) < 300
    return text


class Calls(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


class Wide(UnsignedAct):
    bit_width = 12


class Nothing(TernaryWeight):
    """A scale of zero, as weights that are all zero have it without a least scale."""

    scaling_impl_type = ScalingImplType.CONST
    scaling_const = 0.0
    scaling_min_val = None  # type: ignore[assignment]


class Each(UnsignedAct):
    """One scale for each of four channels."""

    scaling_per_output_type = ScalingPerOutputType.CHANNEL
    per_channel_broadcastable_shape = (1, 4)
    scaling_stats_permute_dims = (1, 0)


def each() -> Any:
    layer = qnn.QuantIdentity(act_quant=Each)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(torch.arange(1, 5))
    return layer


BAD_MODELS: list[tuple[str, Callable[[], nn.Module], type[TercetError], str]] = [
    ("unknown operator", lambda: Calls(lambda x: torch.cumsum(x, 1)),
     UnsupportedError, r"^cumsum: operator cumsum is not supported; use a linear layer with a tri"),
    ("host's operator", lambda: nn.Sequential(pixels(), dense(), Calls(torch.argmax)),
     UnsupportedError, r"^2: operator argmax is not supported; return the scores; the host"),
    ("obscure operator", lambda: Calls(torch.sinc),
     UnsupportedError, r"^sinc: operator sinc is not supported; write it with layers of torch.nn"),
    ("scale of zero", lambda: nn.Sequential(pixels(), qnn.QuantLinear(4, 3, False,
        weight_quant=Nothing)), UnsupportedError, r"^1: its quantizer has the scale 0; wanted a"),
    ("float linear", lambda: nn.Sequential(pixels(), nn.Linear(4, 3)),
     UnsupportedError, r"^1: its weights are floats; use"),
    ("float input", lambda: nn.Sequential(dense()),
     UnsupportedError, r"^0.*: gets the input as floats; put"),
    ("float activation", lambda: nn.Sequential(pixels(), dense(), nn.ReLU(), dense(3, 2)),
     UnsupportedError, r"^3.*: its input is not quantized; put"),
    ("a scale for each input", lambda: nn.Sequential(each(), dense()),
     UnsupportedError, r"^1.*: its input has a scale for each of 4 channels"),
    ("wide activations", lambda: nn.Sequential(qnn.QuantIdentity(act_quant=Wide), dense()),
     UnsupportedError, r"^0: its quantizer has 12 bits; wanted"),
    ("one row only", lambda: nn.Sequential(Calls(lambda x: x.view(1, 4)), pixels(), dense()),
     CaptureError, r"takes one row but not 2: .*keep the batch axis"),
    ("batch baked in", lambda: nn.Sequential(Calls(lambda x: x.view(1, -1)), pixels()),
     UnsupportedError, r"^0: moves the batch axis or bakes a batch size in"),
    ("size of the batch", lambda: nn.Sequential(Calls(lambda x: x / x.shape[0]), pixels()),
     CaptureError, r"depends on how many rows there are; its forward must not"),
    ("branch on values", lambda: Calls(lambda x: x if x.sum() > 0 else -x),
     CaptureError, r"cannot follow the model's forward: .*; it may branch on shapes"),
    ("quantizers' fields", lambda: nn.Sequential(pixels(), Calls(lambda x: x.scale)),
     CaptureError, r"forward must treat the results of quantizers as plain tensors"),
    ("a state", lambda: nn.Sequential(qnn.QuantLSTM(4, 3)),
     UnsupportedError, r"^0: QuantLSTM keeps a state from step to step; use"),
    ("chance", lambda: nn.Sequential(pixels(), Calls(lambda x: x + torch.rand_like(x)), dense()),
     CaptureError, r"does not reproduce the model .* such as chance"),
    ("a constant", lambda: Calls(lambda x: torch.ones(2, 3)),
     CaptureError, r"returns a constant; wanted tensors"),
    ("no tensor", lambda: Calls(lambda x: (x, "y")),
     CaptureError, r"returns str; wanted tensors"),
    ("wrong width", lambda: nn.Sequential(pixels(), dense(7, 3)),
     CaptureError, r"fails on its example input of shape \(1, 4\)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [case[1:] for case in BAD_MODELS],
    ids=[case[0] for case in BAD_MODELS],
)
def test_a_model_that_cannot_be_taken_names_the_layer(
    make: Callable[[], nn.Module], kind: type[TercetError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        compile_(make())
    assert re.search(message, one_sentence(caught.value)), caught.value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_weight_that_is_no_number_is_named_with_its_place(value: float) -> None:
    layer = dense()
    model = nn.Sequential(pixels(), layer)
    with torch.no_grad():
        layer.weight[2, 1] = value
    with pytest.raises(CaptureError, match=rf"^1: weight\[2, 1\] is {value}"):
        compile_(model)


def test_a_statistic_of_batch_norm_that_is_no_number_is_named() -> None:
    norm = nn.BatchNorm1d(3)
    model = nn.Sequential(pixels(), dense(), norm, relu(), dense(3, 2))
    assert norm.running_var is not None
    norm.running_var[1] = float("nan")
    with pytest.raises(CaptureError, match=r"^2: running_var\[1\] is nan"):
        compile_(model)


@pytest.mark.parametrize(
    ("spec", "kind", "message"),
    [
        ("nosuchnet", CaptureError, "there is no model 'nosuchnet'; the zoo has cnv, digits_cnn"),
        ("", CaptureError, "there is no model"),
        ("net.onnx", CaptureError, "net.onnx: no such file"),
        ("missing.py:Net", CaptureError, "missing.py: no such file"),
        ("json:", UsageError, "names no model"),
        ("json:dumps:more", UsageError, "names no model"),
        ("json:nothing", CaptureError, "has no class, factory or module named nothing"),
        ("no.such.package:net", CaptureError, "no such Python module"),
        ("json:dumps", CaptureError, "json:dumps: fails when called"),
        ("decimal:Decimal", CaptureError, "makes Decimal; wanted a torch.nn.Module"),
    ],
)
def test_a_specification_that_finds_no_model_says_what_was_wanted(
    spec: str, kind: type[TercetError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        frontends.resolve(spec)
    assert message in one_sentence(caught.value)


def test_a_model_file_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def net(:\n")
    with pytest.raises(CaptureError, match=r"broken.py: cannot be imported"):
        frontends.resolve(f"{tmp_path}/broken.py:net")


def test_a_class_in_a_file_is_a_model(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import brevitas.nn as qnn\n"
        "from torch import nn\n"
        "from tercet.quantizers import PixelInput, TernaryWeight\n"
        "class Net(nn.Sequential):\n"
        "    def __init__(self):\n"
        "        super().__init__(qnn.QuantIdentity(act_quant=PixelInput),\n"
        "            qnn.QuantLinear(6, 2, bias=True, weight_quant=TernaryWeight))\n"
    )
    model = frontends.resolve(f"{tmp_path}/net.py:Net")
    assert model.name == "net", "as the file: factories are often called alike"
    assert [one.shape for one in model.example] == [(1, 6)]
    passes.run(frontends.load(model.module, model.example))


def test_an_example_of_several_inputs_is_a_tuple(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(
        "from torch import nn, rand, tensor\n"
        "class Net(nn.Module):\n"
        "    def forward(self, x, i):\n"
        "        return x + i\n"
        "    def example(self):\n"
        "        return rand(1, 2).double(), tensor([[1, 2]])\n"
        "class Bad(Net):\n"
        "    def example(self):\n"
        "        return rand(1, 2), 3\n"
    )
    model = frontends.resolve(f"{tmp_path}/two.py:Net")
    assert [str(one.dtype) for one in model.example] == ["torch.float32", "torch.int64"]
    with pytest.raises(CaptureError, match=r"two.py:Bad: example\(\) gives int; wanted a Tensor"):
        frontends.resolve(f"{tmp_path}/two.py:Bad")


def test_a_model_file_imports_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("def net():\n    return 3\n")
    (tmp_path / "net.py").write_text("from beside import net\n")
    with pytest.raises(CaptureError, match="makes int; wanted"):
        frontends.resolve(f"{tmp_path}/net.py:net")


def test_a_model_that_does_not_begin_with_a_linear_layer_is_asked_for_an_example(
    tmp_path: Path,
) -> None:
    (tmp_path / "conv.py").write_text(
        "import brevitas.nn as qnn\n"
        "from torch import nn, rand\n"
        "from tercet.quantizers import PixelInput, TernaryWeight\n"
        "class Net(nn.Sequential):\n"
        "    def __init__(self):\n"
        "        super().__init__(qnn.QuantIdentity(act_quant=PixelInput),\n"
        "            qnn.QuantConv2d(1, 2, 3, bias=False, weight_quant=TernaryWeight))\n"
        "class Shown(Net):\n"
        "    def example(self):\n"
        "        return rand(1, 1, 8, 8)\n"
    )
    with pytest.raises(CaptureError, match=r"begins with 1, a QuantConv2d.*example\(\)"):
        frontends.resolve(f"{tmp_path}/conv.py:Net")
    model = frontends.resolve(f"{tmp_path}/conv.py:Shown")
    frontends.load(model.module, model.example)


def giving(example: object) -> Any:
    """A factory of a module whose `example()` returns that."""

    class Given(nn.Sequential):
        def example(self) -> object:
            return example

    return lambda: Given(pixels(), dense())


ROW = [0.25, 0.5, 0.75, 1.0]
TAKEN = {
    "an array": np.array([ROW], np.float32),
    "doubles": np.array([ROW]),
    "halves": np.array([ROW], np.float16),
    "rows of numbers": [ROW],
    "rows of numbers of numpy": [[np.float32(x) for x in ROW]],
    "an array in a tuple": (np.array([ROW]),),
    "an array in a list": [np.array([ROW])],
    "rows in a tuple": ([ROW],),
}


@pytest.mark.parametrize("example", TAKEN.values(), ids=TAKEN)
def test_an_example_may_be_an_array_or_rows_of_numbers(
    example: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tercet.frontends.python.factory_from_file", lambda *_: giving(example))
    (found,) = frontends.resolve("net.py:Net").example
    assert found.dtype == torch.float32
    np.testing.assert_array_equal(found.numpy(), [ROW])


def test_arrays_in_a_tuple_are_several_inputs() -> None:
    two = (np.array([ROW]), [[1, 2, 3]])
    found = example_of("net", giving(two)())
    assert found is not None
    assert [tuple(one.shape) for one in found] == [(1, 4), (1, 3)]
    assert found[1].dtype == torch.int64


@pytest.mark.parametrize(
    "example",
    [None, "a row", {"x": 1}, ((np.ones((1, 4)), np.ones((1, 4))), np.ones(1)), [[ROW], ["a"]]],
)
def test_an_example_of_another_kind_is_one_sentence(example: object) -> None:
    with pytest.raises(CaptureError, match=r"example\(\) gives .*; wanted a Tensor or an array"):
        example_of("net", giving(example)())
