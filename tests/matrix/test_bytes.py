"""Modules that take images of bytes, or other integers: these are the entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import Does, act, conv, linear, relu
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn

from tercet import frontends, passes
from tercet.errors import TercetError
from tercet.ir.host.boundary import entries_of
from tercet.ir.interval import Interval

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def drawn(dtype: torch.dtype, *shape: int) -> Tensor:
    """Rows that hold the least and the greatest, or a part of what is wide."""
    held = torch.iinfo(dtype)
    low, high = max(held.min, -3000), min(held.max, 3000)
    x = torch.randint(low, high + 1, shape, generator=torch.Generator().manual_seed(1))
    x.view(-1)[:2] = torch.tensor([low, high])
    return x.to(dtype)


def normalized(x: Tensor) -> Tensor:
    """As torchvision does it."""
    mean, deviation = (torch.tensor(c, dtype=x.dtype).view(-1, 1, 1) for c in (MEAN, DEVIATION))
    return (x - mean) / deviation


@dataclass(frozen=True)
class Bytes:
    """What a forward does to its integers before the first quantizer."""

    do: Callable[[Tensor], Tensor]
    dtype: torch.dtype = torch.uint8
    shape: tuple[int, ...] = (3, 6, 6)


CASES: dict[str, Bytes] = {
    "x.float() / 255": Bytes(lambda x: x.float() / 255),
    "x / 255": Bytes(lambda x: x / 255),
    "x * (1 / 255)": Bytes(lambda x: x * (1 / 255)),
    "x.to(torch.float32)": Bytes(lambda x: x.to(torch.float32)),
    "x.to(torch.float32) - 127.5": Bytes(lambda x: x.to(torch.float32) - 127.5),
    "x - 127.5": Bytes(lambda x: (x - 127.5) / 64),
    "normalized": Bytes(lambda x: normalized(x.float() / 255)),
    "nothing": Bytes(lambda x: x),
    "signed bytes": Bytes(lambda x: x.float() / 128, torch.int8),
    "signed bytes as they are": Bytes(lambda x: x, torch.int8),
    "16 bits": Bytes(lambda x: x.float() / 3000, torch.int16),
    "32 bits": Bytes(lambda x: x / 3000, torch.int32),
    "wider first": Bytes(lambda x: x.to(torch.int32).float() / 255),
    "channels last": Bytes(lambda x: x.permute(0, 3, 1, 2).float() / 255, shape=(6, 6, 3)),
    "a crop": Bytes(lambda x: x[:, :, 1:7, 1:7].float() / 255, shape=(3, 8, 9)),
    "clamped": Bytes(lambda x: (x.float() / 255).clamp(0.1, 0.9)),
}


def network(do: Callable[[Tensor], Tensor]) -> nn.Module:
    def forward(m: Any, x: Tensor) -> Any:
        return m.relu(m.conv(m.entry(do(x))))

    return Does(forward, entry=act(), conv=conv(3, 5), relu=relu())


@pytest.mark.parametrize("name", CASES)
def test_integers_go_in_as_they_are(name: str) -> None:
    case = CASES[name]
    proof = prove(network(case.do), drawn(case.dtype, 24, *case.shape))
    (entry,) = entries_of(proof.module)
    held = torch.iinfo(case.dtype)
    assert entry.clip == Interval(held.min, held.max)
    assert entry.integers == str(case.dtype).removeprefix("torch.")


def test_one_input_of_bytes_and_one_of_floats() -> None:
    def forward(m: Any, x: Tensor, y: Tensor) -> Any:
        return m.relu(m.fc(m.a(x.float() / 255)) + m.other(m.b(y)))

    model = Does(
        forward, a=act(), b=act(), fc=linear(8, 5), other=nn.Sequential(act()), relu=relu()
    )
    rows = torch.rand(24, 5, generator=torch.Generator().manual_seed(2))
    module = passes.run(frontends.load(trained_on(model, rows), (drawn(torch.uint8, 1, 8), rows)))
    assert [entry.integers for entry in entries_of(module)] == ["uint8", ""]


def trained_on(model: nn.Module, rows: Tensor) -> nn.Module:
    model.train()
    model(drawn(torch.uint8, len(rows), 8), rows)
    return model.eval()


@pytest.mark.parametrize(
    ("do", "dtype", "said"),
    [
        (lambda x: x - 128, torch.uint8, "computes integers of integers, which wrap around"),
        (lambda x: x + x, torch.uint8, "computes integers of integers"),
        (lambda x: x.to(torch.int8), torch.uint8, "casts integers ui8 to torch.int8"),
        (lambda x: x.bool().float(), torch.uint8, "casts integers ui8 to torch.bool"),
        (lambda x: x.half().float() / 255, torch.uint8, "casts integers ui8 to torch.float16"),
        (lambda x: x.float() / 255, torch.int64, "holds integers of 64 bits"),
    ],
)
def test_what_integers_cannot_be_is_said(
    do: Callable[[Tensor], Tensor], dtype: torch.dtype, said: str
) -> None:
    x = drawn(dtype, 8, 3, 6, 6)
    model = network(do).eval()
    with pytest.raises(TercetError, match=said):
        passes.run(frontends.load(model, x[:1]))
