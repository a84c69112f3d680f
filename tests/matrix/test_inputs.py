"""Inputs of every rank, layout, type and batch."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from tests.helpers.matrix.parts import (
    INPUTS,
    Does,
    PixelInput,
    Shifted,
    act,
    conv,
    conv1,
    entry,
    linear,
    pixels,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove, trained
from torch import Tensor, nn

from tercet import frontends, passes
from tercet.ir.host.boundary import quantize_inputs
from tercet.ir.module import inputs_of
from tercet.ir.names import value_names
from tercet.ir.types import tensor_type
from tercet_golden import integer


@pytest.mark.parametrize("first", INPUTS)
def test_an_image_of_every_type(first: str) -> None:
    layers = conv(2, 4, padding=1), relu(), conv(4, 3, bias=True)
    proof = prove(nn.Sequential(entry(INPUTS[first]), *layers), samples(2, 5, 5))
    kind = tensor_type(inputs_of(proof.module)[0]).element_type
    assert str(kind) == {"4 bits": "ui4", "signed 4 bits": "si4", "s8": "si8"}.get(first, "ui8")


MIDDLE: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "one axis": ((7,), lambda: linear(7, 5)),
    "one number": ((1,), lambda: linear(1, 5)),
    "a sequence": ((3, 9), lambda: conv1(3, 5)),
    "a sequence of one channel": ((1, 9), lambda: conv1(1, 5)),
    "an image": ((3, 6, 5), lambda: conv(3, 5)),
    "an image of one channel": ((1, 6, 5), lambda: conv(1, 5)),
}


@pytest.mark.parametrize("case", MIDDLE)
def test_an_input_of_every_rank(case: str) -> None:
    shape, layer = MIDDLE[case]
    prove(nn.Sequential(entry(PixelInput), layer(), act()), pixels(*shape, rows=30))


@pytest.mark.parametrize("rank", [1, 2])
def test_channels_last(rank: int) -> None:
    """The forward turns them; the integers turn, not the reals."""

    def do(m: Any, x: Tensor) -> Any:
        x = m.relu(m.conv(m.entry(x).movedim(-1, 1)))
        return m.fc(x.movedim(1, -1))

    layer = conv1(3, 5) if rank == 1 else conv(3, 5)
    model = Does(do, entry=act(Shifted), conv=layer, relu=relu(), fc=linear(5, 4))
    prove(model, samples(*(6, 5)[:rank], 3))


def test_what_a_model_does_to_its_pixels() -> None:
    """Normalization of each channel in front of the quantizer belongs to the host."""

    def do(m: Any, x: Tensor) -> Any:
        mean, deviation = (torch.tensor(c).view(3, 1, 1) for c in ([0.5, 0.4, 0.3], [0.2, 0.3, 1]))
        return m.conv(m.entry((x - mean.to(x)) / deviation.to(x)))

    prove(Does(do, entry=act(), conv=conv(3, 5)), pixels(3, 6, 5))
    prove(
        Does(lambda m, x: m.fc(m.entry(2 * x.flatten(1) - 1)), entry=act(), fc=linear(8, 3)),
        pixels(2, 4),
    )


def test_rows_of_an_embedding() -> None:
    words = torch.randint(0, 30, (20, 6), generator=torch.Generator().manual_seed(0))
    words[0, :2] = torch.tensor([0, 29])
    layers = qnn.QuantEmbedding(30, 8), act(), nn.Flatten(), linear(48, 4), relu(), linear(4, 2)
    proof = prove(nn.Sequential(*layers), words)
    assert "gather" in proof.operators
    prove(nn.Sequential(qnn.QuantEmbedding(30, 8), linear(8, 4), relu()), words)


@pytest.mark.parametrize("rows", [1, 7])
def test_batches_of_every_size(rows: int) -> None:
    """A row's integers do not depend on its batch, nor on that of the example."""
    layers = conv(2, 4, padding=1), nn.BatchNorm2d(4), relu(), nn.Flatten(), linear(4 * 20, 3)
    x = samples(2, 5, 4)
    model = trained(nn.Sequential(entry(), *layers), x)
    module = passes.run(frontends.load(model, x[:rows]))
    (q,) = quantize_inputs(module, np.asarray(x.double()))
    (alone,) = quantize_inputs(module, np.asarray(x[rows - 1 : rows].double()))
    together, single = integer.run(module, q), integer.run(module, alone)
    names = list(value_names(module).values())
    assert len(names) > 3
    for name in names:
        assert np.array_equal(together[name][rows - 1], single[name][0])


CASTS: dict[str, Callable[[Tensor], Tensor]] = {
    "float": lambda x: x.float(),
    "to": lambda x: x.to(torch.float32),
    "type": lambda x: x.type(torch.float32),
    "there and back": lambda x: x.double().float(),
}


@pytest.mark.parametrize("cast", CASTS)
def test_a_cast_of_floats_to_float32_changes_nothing(cast: str) -> None:
    """The goldens run the module in float64 as well, where the cast would be another type."""

    def do(this: Any, x: Tensor) -> Any:
        return this.last(CASTS[cast](this.act(this.first(this.entry(CASTS[cast](x))))))

    net = Does(do, entry=act(), first=linear(6, 5), act=relu(), last=linear(5, 3))
    prove(net, samples(6))
