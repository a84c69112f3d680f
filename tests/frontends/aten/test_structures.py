"""Ways to write a forward: what counts is the graph."""

from typing import Any

import brevitas.nn as qnn
import pytest
import torch
import torch.nn.functional as fn
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import Tensor, nn

from tercet.errors import CaptureError
from tercet.frontends.brevitas.load import load
from tercet.ir.module import inputs_of, outputs_of, steps_of
from tercet.quantizers import PixelInput, TernaryWeight


def dense(inputs: int = 6, outputs: int = 6) -> Any:
    torch.manual_seed(inputs + outputs)
    return qnn.QuantLinear(inputs, outputs, bias=True, weight_quant=TernaryWeight)


def doubled(x: Tensor) -> Tensor:
    """A helper function of the user's."""
    return x * 2


class Functional(nn.Module):
    """A list of layers, one called twice, a helper, conditions on shapes, a branch unused."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([dense(), nn.Sequential(nn.Sequential(dense()), nn.Dropout())])
        self.unused = dense()

    def forward(self, x: Tensor) -> Tensor:
        first = x
        for layer in self.layers:
            x = fn.relu(layer(x)) if x.shape[1] == 6 else x
        self.unused(x)
        x = doubled(self.layers[0](x)) + first
        if x.ndim > 2:
            x = x.flatten(1)
        return fn.dropout(x, training=self.training) + first


class Nested(nn.Module):
    """Two inputs in, a structure of results out; one is an input, one comes twice, one is None."""

    def forward(self, a: Tensor, b: Tensor) -> dict[str, Any]:
        both = a + b
        return {"sum": both, "rest": (both, [a * b, None]), "a": a}


def test_a_forward_in_functional_style_is_followed() -> None:
    module = captured_and_equal(Functional(), example(6))
    assert operators(module).count("linear") == 3
    layers = [op.layer.data for op in steps_of(module) if op.name == "real.linear"]
    assert layers == ["layers.0", "layers.1.0.0", "layers.0"]


def test_inputs_and_results_may_be_several() -> None:
    module = load(Nested(), (example(3, 4), example(3, 4)))
    assert [str(value.type) for value in inputs_of(module)] == ["tensor<1x3x4xf64>"] * 2
    results = outputs_of(module)
    assert len(results) == 4
    assert results[0] is results[1]
    assert results[3] is inputs_of(module)[0]
    assert operators(module) == ["add", "mul"]


def test_a_batch_of_examples_is_as_good_as_one() -> None:
    one, many = example(6), torch.cat([example(6), example(6, seed=1)])
    assert str(load(Functional().eval(), one)) == str(load(Functional().eval(), many))


def test_integers_that_become_floats_are_a_scale_of_one() -> None:
    module = captured_and_equal(
        lambda i, x: i.to(x.dtype) * x, torch.tensor([[3, 1, 250]]), example(3)
    )
    assert operators(module) == ["dequantize", "mul"]


def test_loading_leaves_the_users_module_as_it_was() -> None:
    model = nn.Sequential(qnn.QuantIdentity(act_quant=PixelInput), dense()).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    load(model, example(6))
    assert model.training
    assert type(model[0]) is qnn.QuantIdentity
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (torch.rand(4), r"has shape \(4,\); wanted a batch"),
        (torch.ones(1, 4).bool(), r"is of torch.bool; wanted floats or integers"),
    ],
)
def test_an_example_that_cannot_be_an_input_is_refused(bad: Tensor, message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        load(nn.Identity(), bad)
