"""All problems in one run: a network in pieces says of each piece what it says of the whole."""

from collections.abc import Callable

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from tests.helpers.networks import NETWORKS, made, narrow, normed, plain
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.check.integers import integers
from tercet.check.slices import slices
from tercet.ir.evaluate import evaluate
from tercet.ir.module import outputs_of, steps_of
from tercet.ops.real.quantize import Quantize
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct


class Three(nn.Module):
    """Three problems, with layers between that have none."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.sums, self.relus = nn.ModuleList(), nn.ModuleList()
        for _ in range(6):
            self.sums.append(qnn.QuantLinear(8, 8, bias=True, weight_quant=TernaryWeight))
            self.relus.append(qnn.QuantReLU(act_quant=UnsignedAct))

    def forward(self, x: Tensor) -> Tensor:
        pixels = self.pixels(x)
        x = self.relus[0](self.sums[0](pixels))
        x = self.relus[1](self.sums[1](torch.relu(self.sums[2](x))))  # reads reals
        x = self.relus[3](self.sums[3](x) + x + pixels)  # three tensors
        logits: Tensor = self.sums[5](torch.sigmoid(self.sums[4](x)))  # reads reals
        return logits


def captured(network: Callable[[], nn.Module]) -> tuple[ModuleOp, Tensor]:
    model, x = made(network)
    return frontends.load(model, x[:1]), x


def test_every_problem_is_found_in_one_run() -> None:
    module, errors = integers(frontends.load(Three().eval(), torch.rand(1, 8)))
    assert module is None
    said = [str(error) for error in errors]
    assert len(said) == len(set(said)) == 3
    for words in ("sums.5: ", "sums.1", "relus.3: combines 3"):
        assert any(words in text for text in said), said


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_without_a_problem_has_none_in_pieces(network: Callable[[], nn.Module]) -> None:
    whole, _ = captured(network)
    assert integers(whole)[1] == []
    pieces = list(slices(whole))
    quantizers = [op for op in steps_of(whole) if isinstance(op, Quantize)]
    assert len(quantizers) <= len(pieces) <= len(quantizers) + len(outputs_of(whole))
    for piece in pieces:
        piece.verify()
        passes.run(piece)


@pytest.mark.parametrize("network", [plain, normed, narrow])
def test_a_piece_computes_what_the_chain_does_there(network: Callable[[], nn.Module]) -> None:
    whole, x = captured(network)
    rows = x.double().numpy()
    values = evaluate(whole, rows)
    ends = [op for op in steps_of(whole) if isinstance(op, Quantize)]
    starts = [rows, *(values[end.x] for end in ends)]
    for start, end, piece in zip(starts, ends, slices(whole), strict=False):
        found = evaluate(piece, start)[outputs_of(piece)[0]]
        np.testing.assert_array_equal(found, values[end.q])
