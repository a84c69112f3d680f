"""Every quantized layer of Brevitas, captured, computes what Brevitas computes."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import brevitas.quant as bq
import pytest
import torch
from brevitas.core.quant import TernaryQuant
from brevitas.inject.enum import FloatToIntImplType
from brevitas.quant.binary import SignedBinaryActPerTensorConst, SignedBinaryWeightPerTensorConst
from brevitas.quant.ternary import SignedTernaryActPerTensorConst, SignedTernaryWeightPerTensorConst
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import TercetError, UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, steps_of
from tercet.ir.types import tensor_type, values_of
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.quantize import Quantize
from tercet.quantizers import TernaryWeight


class Floor(bq.Int8ActPerTensorFixedPoint):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.FLOOR


class Ceil(bq.Int8ActPerTensorFixedPoint):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.CEIL


class ToZero(bq.Int8ActPerTensorFixedPoint):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.ROUND_TO_ZERO


class Dpu(bq.Int8ActPerTensorFixedPoint):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.DPU


class Sign(SignedBinaryActPerTensorConst):  # type: ignore[misc]
    min_val, max_val = -0.3, 0.3


class Threefold(SignedTernaryActPerTensorConst):  # type: ignore[misc]
    """Brevitas' own ternary quantizer, with a threshold that is not half of the scale."""

    tensor_quant = TernaryQuant
    threshold = 0.3
    scaling_init = 0.6


class ThreefoldWeight(SignedTernaryWeightPerTensorConst):  # type: ignore[misc]
    tensor_quant = TernaryQuant
    threshold = 0.4
    scaling_const = 0.3


class Both(nn.Module):
    """Two inputs on grids of their own, then a layer."""

    def __init__(self, layer: nn.Module, call: Callable[..., Any]) -> None:
        super().__init__()
        self.a, self.b, self.layer, self.call = entry(), entry(), layer, call

    def forward(self, a: Tensor, b: Tensor) -> Any:
        return self.call(self.layer, self.a(a), self.b(b))


def entry(quantizer: Any = bq.Int8ActPerTensorFixedPoint) -> Any:
    return qnn.QuantIdentity(act_quant=quantizer, return_quant_tensor=True)


def trained(model: nn.Module, *shapes: tuple[int, ...]) -> nn.Module:
    """After some batches that set its scales."""
    torch.manual_seed(11)
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(*(torch.rand(8, *shape) * 3 - 1.2 for shape in shapes))
    return model.eval()


def quantizers(module: ModuleOp) -> list[Quantize]:
    return [op for op in steps_of(module) if isinstance(op, Quantize)]


ACTIVATIONS = {
    "an identity": qnn.QuantIdentity(),
    "a ReLU": qnn.QuantReLU(),
    "a ReLU of 3 bits": qnn.QuantReLU(bit_width=3, act_quant=bq.Uint8ActPerTensorFloat),
    "an identity with a zero point": qnn.QuantIdentity(act_quant=bq.ShiftedUint8ActPerTensorFloat),
    "a hard tanh": qnn.QuantHardTanh(min_val=-0.5, max_val=0.7),
    "a hard tanh without a quantizer": qnn.QuantHardTanh(act_quant=None, min_val=-0.5, max_val=0.7),
    "a sigmoid": qnn.QuantSigmoid(),
    "a tanh of 4 bits": qnn.QuantTanh(bit_width=4),
    "a ReLU without a quantizer": qnn.QuantReLU(act_quant=None),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_brevitas(name: str) -> None:
    captured_and_equal(trained(ACTIVATIONS[name], (3, 5)), example(3, 5))


@pytest.mark.parametrize(
    ("quantizer", "rounding"),
    [(Floor, "floor"), (Ceil, "ceil"), (ToZero, "to_zero"), (Sign, "sign")],
)
def test_a_quantizer_keeps_its_way_to_round(quantizer: Any, rounding: str) -> None:
    module = captured_and_equal(trained(qnn.QuantIdentity(act_quant=quantizer), (6,)), example(6))
    assert [op.rounding.data for op in quantizers(module)] == [rounding]


def test_binary_activations_are_minus_one_and_one() -> None:
    module = captured_and_equal(qnn.QuantIdentity(act_quant=Sign), example(6))
    (quantize,) = quantizers(module)
    assert str(tensor_type(quantize.q).element_type) == "si2"
    assert set(quantize.reference(torch.tensor([[-0.1, -0.0, 0.0, 2.0]]).numpy())[0]) == {-1, 1}


def test_the_threshold_of_ternary_activations_is_exclusive() -> None:
    module = captured_and_equal(qnn.QuantIdentity(act_quant=Threefold), example(40))
    (quantize,) = quantizers(module)
    edge = float(torch.tensor(0.3 * 0.6))
    reals = torch.tensor([[-2 * edge, -edge, 0, edge, 2 * edge]], dtype=torch.float64)
    assert quantize.reference(reals.numpy()).tolist() == [[-1, 0, 0, 0, 1]]


class Four(bq.Int8WeightPerTensorFloat):  # type: ignore[misc]
    bit_width = 4


WEIGHTS = [
    (SignedBinaryWeightPerTensorConst, Interval(-1, 1)),
    (SignedTernaryWeightPerTensorConst, Interval(-1, 1)),
    (ThreefoldWeight, Interval(-1, 1)),
    (TernaryWeight, Interval(-1, 1)),
    (Four, Interval(-7, 7)),
    (bq.Int8WeightPerChannelFloat, Interval(-127, 127)),
    (bq.Int8WeightPerTensorFixedPoint, Interval(-127, 127)),
]


@pytest.mark.parametrize(("quantizer", "interval"), WEIGHTS)
def test_weights_are_the_integers_of_brevitas(quantizer: Any, interval: Interval) -> None:
    torch.manual_seed(4)
    layer = qnn.QuantLinear(30, 5, bias=True, weight_quant=quantizer)
    (linear,) = steps_of(captured_and_equal(layer, example(30)))
    assert isinstance(linear, RealLinear)
    values = values_of(linear.weight)
    assert interval.holds(Interval.around(values))
    assert len({*values.ravel()}) > 1


def test_the_zero_point_of_weights_is_subtracted_where_the_result_fits() -> None:
    torch.manual_seed(4)
    quantizer = bq.ShiftedUint8WeightPerTensorFloat
    narrow = qnn.QuantLinear(6, 5, bias=False, weight_quant=quantizer, weight_bit_width=4)
    captured_and_equal(narrow, example(6))
    wide = qnn.QuantLinear(6, 5, bias=False, weight_quant=quantizer)
    with torch.no_grad():
        wide.weight[0] = torch.tensor([-1, 0.2, 0, 0, 0, 0])
        wide.weight[1:] = 0.1
    with pytest.raises(UnsupportedError, match=r"reach .*; wanted \[-128, 127\], so use a weight"):
        captured_and_equal(wide, example(6))


JOINS: dict[str, tuple[nn.Module, Callable[..., Any], str]] = {
    "a sum": (qnn.QuantEltwiseAdd(), lambda layer, a, b: layer(a, b), "add"),
    "a sum without a quantizer": (
        qnn.QuantEltwiseAdd(output_quant=None),
        lambda layer, a, b: layer(a, b),
        "add",
    ),
    "a concatenation": (qnn.QuantCat(), lambda layer, a, b: layer([a, b]), "concat"),
    "a concatenation without a quantizer": (
        qnn.QuantCat(output_quant=None),
        lambda layer, a, b: layer([a, b, a], dim=-1),
        "concat",
    ),
}


@pytest.mark.parametrize("name", JOINS)
def test_tensors_that_meet_on_one_grid_are_brevitas(name: str) -> None:
    layer, call, operator = JOINS[name]
    model = trained(Both(layer, call), (3, 4, 5), (3, 4, 5))
    module = captured_and_equal(model, example(3, 4, 5), example(3, 4, 5, seed=1))
    assert operator in operators(module)


@pytest.mark.parametrize(
    "pool",
    [
        qnn.TruncAvgPool2d(2, bit_width=4),
        qnn.TruncAvgPool2d(3, stride=1, bit_width=8, float_to_int_impl_type="floor"),
        qnn.TruncAvgPool2d(2, trunc_quant=bq.TruncTo8bit, divisor_override=3),
        qnn.TruncAdaptiveAvgPool2d((2, 3), bit_width=6),
        qnn.TruncAdaptiveAvgPool2d(1, bit_width=5, float_to_int_impl_type="floor"),
    ],
    ids=str,
)
@pytest.mark.parametrize("unsigned", [False, True])
def test_a_pool_that_truncates_is_brevitas(pool: nn.Module, unsigned: bool) -> None:
    """Scales are powers of two, so that float64 sums are exact."""
    first = bq.Uint8ActPerTensorFixedPoint if unsigned else bq.Int8ActPerTensorFixedPoint
    module = captured_and_equal(
        trained(nn.Sequential(entry(first), pool), (2, 6, 6)), example(2, 6, 6)
    )
    assert operators(module) == ["quantize", "dequantize", "avg_pool", "quantize", "dequantize"]


def test_pools_without_a_quantizer_keep_the_grid() -> None:
    layers = entry(), nn.MaxPool2d(2), nn.AvgPool2d(2), qnn.QuantUpsample(scale_factor=2)
    captured_and_equal(trained(nn.Sequential(*layers[:2]), (2, 8, 8)), example(2, 8, 8))
    captured_and_equal(trained(nn.Sequential(layers[0], layers[3]), (2, 8, 8)), example(2, 8, 8))
    near = qnn.QuantUpsamplingNearest2d(scale_factor=2)
    captured_and_equal(trained(nn.Sequential(layers[0], near), (2, 8, 8)), example(2, 8, 8))


def test_an_embedding_takes_integers() -> None:
    torch.manual_seed(6)
    model = nn.Sequential(qnn.QuantEmbedding(10, 4), nn.Flatten(1), qnn.QuantLinear(12, 3, True))
    module = captured_and_equal(model, torch.tensor([[1, 9, 4]]))
    assert operators(module) == ["gather", "dequantize", "reshape", "linear"]
    assert str(inputs_of(module)[0].type) == "tensor<1x3xsi64>"


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (qnn.QuantScaleBias(4, True), (4, 5, 5)),
        (qnn.QuantScaleBias(4, True, weight_quant=bq.Int8WeightPerTensorFixedPoint), (4, 5, 5)),
        (qnn.BatchNorm2dToQuantScaleBias(4), (4, 5, 5)),
        (qnn.BatchNorm1dToQuantScaleBias(4), (4, 5)),
    ],
)
def test_a_scale_and_a_bias_are_brevitas(layer: nn.Module, shape: tuple[int, ...]) -> None:
    with torch.no_grad():
        for i, value in enumerate(layer.parameters()):
            value.copy_(torch.linspace(-1, 1.5 + i, value.numel()).reshape(value.shape))
    model = trained(nn.Sequential(entry(), layer), shape)
    assert operators(captured_and_equal(model, example(*shape)))[2:] == ["affine", "affine"]


@pytest.mark.parametrize("bias", [bq.Int8Bias, bq.Int16Bias, bq.Int32Bias])
def test_biases_are_brevitas(bias: Any) -> None:
    layer = qnn.QuantConv2d(3, 4, 3, bias=True, bias_quant=bias, weight_bit_width=4)
    captured_and_equal(trained(nn.Sequential(entry(), layer), (3, 6, 6)), example(3, 6, 6))


class Shared(nn.Module):
    """One layer on inputs of two scales: its quantized bias is another one each time."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = entry(), qnn.QuantReLU(return_quant_tensor=True)
        self.fc = qnn.QuantLinear(6, 6, bias=True, bias_quant=bq.Int32Bias)

    def forward(self, x: Tensor) -> Any:
        return self.fc(self.second(self.fc(self.first(x))))


def test_a_shared_layer_has_a_bias_for_each_call() -> None:
    module = captured_and_equal(trained(Shared(), (6,)), example(6))
    first, second = (op for op in steps_of(module) if isinstance(op, RealLinear))
    assert first.layer == second.layer
    assert str(first.weight) == str(second.weight)
    assert str(first.bias_scale) != str(second.bias_scale)


def test_a_quantizer_that_two_layers_share_is_replaced_in_both() -> None:
    first = qnn.QuantReLU()
    model = nn.Sequential(entry(), first, qnn.QuantReLU(act_quant=first.act_quant))
    assert operators(captured_and_equal(trained(model, (6,)), example(6))).count("quantize") == 3


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (qnn.QuantIdentity(act_quant=Dpu), r"rounds by DPU; wanted one of ROUND"),
        (
            nn.Sequential(entry(), qnn.TruncAvgPool2d(2, ceil_mode=True)),
            r"^1: pools with ceil_mode and truncates",
        ),
        (
            nn.Sequential(entry(), qnn.TruncAdaptiveAvgPool2d(4)),
            r"^1: pools \(6, 6\) to \(4, 4\) and truncates",
        ),
        (
            nn.Sequential(entry(), qnn.QuantUpsamplingBilinear2d(scale_factor=2)),
            r"^1: upsamples by mode 'bilinear'; use mode 'nearest'",
        ),
    ],
)
def test_what_is_not_taken_names_layer_and_way_out(model: nn.Module, message: str) -> None:
    with pytest.raises(TercetError, match=message):
        captured_and_equal(trained(model, (2, 6, 6)), example(2, 6, 6))
