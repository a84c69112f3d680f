"""A forward that mixes the rows of a batch, or tells them apart, is refused in one sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import Does, act, linear, relu
from torch import Tensor, nn

from tercet import frontends, passes
from tercet.errors import TercetError

ALONG = "works along the batch axis"
MOVES = "moves the batch axis"
APART = "the same for every row of a batch"
Forward = Callable[[Any, Tensor], Tensor]


@dataclass(frozen=True)
class Case:
    forward: Forward
    said: str
    buffers: Mapping[str, Tensor] = field(default_factory=dict)


def layer(m: Any, x: Tensor) -> Any:
    return m.fc(m.entry(x))


def drawn(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(3)) + 0.1


CASES: dict[str, Case] = {
    "one row": Case(lambda m, x: m.relu(layer(m, x[0])), ALONG),
    "a part of the rows": Case(lambda m, x: m.relu(layer(m, x))[:1], ALONG),
    "less the last row": Case(lambda m, x: m.relu(layer(m, x - x[-1:])), ALONG),
    "a mean of the rows": Case(lambda m, x: m.relu(layer(m, x).mean(0)), ALONG),
    "less the mean of the rows": Case(
        lambda m, x: m.relu(layer(m, x - x.mean(0, keepdim=True))), ALONG
    ),
    "the greatest of the rows": Case(lambda m, x: m.relu(layer(m, x).amax(0)), ALONG),
    "a softmax over the rows": Case(lambda m, x: layer(m, x).softmax(0), ALONG),
    "sums of the rows so far": Case(lambda m, x: m.relu(layer(m, x).cumsum(0)), "cumsum"),
    "a sum of everything": Case(
        lambda m, x: m.relu(layer(m, x) - layer(m, x).sum()), "adds up the rows of a batch"
    ),
    "rows backwards": Case(lambda m, x: m.relu(layer(m, x.flip(0))), ALONG),
    "rows rolled": Case(lambda m, x: m.relu(layer(m, x.roll(1, 0))), ALONG),
    "rows behind each other": Case(lambda m, x: torch.cat([m.entry(x), m.entry(x)], 0), ALONG),
    "rows again": Case(lambda m, x: m.entry(x).repeat(2, 1), "1 for the batch"),
    "a loop over the rows": Case(
        lambda m, x: torch.stack([m.relu(layer(m, x[i])) for i in range(len(x))]), ALONG
    ),
    "rows apart": Case(lambda m, x: torch.stack([layer(m, row) for row in x.unbind(0)]), ALONG),
    "rows by a list": Case(lambda m, x: layer(m, x)[[-1]], ALONG),
    "features that become rows": Case(lambda m, x: m.entry(x).view(-1, 4), MOVES),
    "rows that become features": Case(lambda m, x: m.relu(m.entry(x).view(1, -1)), MOVES),
    "a batch of two": Case(lambda m, x: m.entry(x).view(2, -1), "depends on how many rows"),
    "products of rows": Case(lambda m, x: m.entry(x) @ m.entry(x).t(), MOVES),
    "rows by rows": Case(
        lambda m, x: torch.einsum("bi,ci->bc", m.entry(x), m.entry(x)), "moves the batch"
    ),
    "a norm over the rows": Case(
        lambda m, x: m.relu(nn.functional.instance_norm(layer(m, x)[None])[0]), MOVES
    ),
    "a window over the rows": Case(
        lambda m, x: m.relu(nn.functional.max_pool1d(m.entry(x).t()[None], 3, 1, 1)[0]), MOVES
    ),
    "the numbers of the rows": Case(
        lambda m, x: m.relu(layer(m, x) + torch.arange(len(x))[:, None].to(x)), APART
    ),
    "rows of a table": Case(
        lambda m, x: m.relu(layer(m, x) + m.table[: len(x)]), APART, {"table": drawn(10, 5)}
    ),
    "a constant by row": Case(
        lambda m, x: m.relu(layer(m, x) * m.each), APART, {"each": drawn(2, 1)}
    ),
    "a mask by row": Case(
        lambda m, x: m.relu(torch.where(m.each, layer(m, x), torch.zeros(1).to(x))),
        APART,
        {"each": torch.tensor([[True], [False]])},
    ),
    "a constant for two rows, the same in both": Case(
        lambda m, x: m.relu(layer(m, x) * m.each),
        "takes 2 rows but not 3",
        {"each": 0 * drawn(2, 5) + 1},
    ),
    "a constant for three rows": Case(
        lambda m, x: m.relu(layer(m, x) * m.each), "takes one row but not 2", {"each": drawn(3, 5)}
    ),
    "times the number of rows": Case(
        lambda m, x: m.relu(layer(m, x) * len(x)), "depends on how many rows"
    ),
    "by the number of rows, behind a ReLU that leaves one element": Case(
        lambda m, x: m.relu(layer(m, x) * len(x) * m.one - 0.001),
        "depends on how many rows",
        {"one": torch.tensor([1.0, 0, 0, 0, 0])},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_depends_on_the_row_is_refused(name: str) -> None:
    case = CASES[name]
    torch.manual_seed(0)
    model = Does(case.forward, entry=act(), fc=linear(8, 5), relu=relu())
    for key, value in case.buffers.items():
        model.register_buffer(key, value)
    with pytest.raises(TercetError, match=case.said):
        passes.run(frontends.load(model.eval(), drawn(1, 8)))
