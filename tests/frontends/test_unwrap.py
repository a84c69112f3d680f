"""What torch puts around a network is taken off; what hides its quantizers is refused."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import act, entry, linear, samples
from tests.helpers.matrix.proof import trained
from torch import Tensor, nn

from tercet import frontends, passes
from tercet.errors import UnsupportedError
from tercet.frontends.python import made_by
from tercet.frontends.unwrap import unwrapped
from tercet.ir.host.boundary import quantize_input
from tercet_golden import integer
from tercet_golden.user_model import torch_golden


class Around(nn.Module):
    """A layer between others, and a function that is compiled by itself."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.first, self.body, self.last = entry(), body, act()
        self.twice: Any = torch.compile(torch.neg)

    def forward(self, x: Tensor) -> Any:
        return self.last(self.twice(self.body(self.first(x))))


class Decorated(Around):
    @torch.compile
    def forward(self, x: Tensor) -> Any:
        return super().forward(x)


def compiled_in_place(model: nn.Module) -> nn.Module:
    model.compile()
    return model


def compiled(model: nn.Module) -> nn.Module:
    made: Any = torch.compile(model)
    return made  # type: ignore[no-any-return]


def parallel(model: nn.Module) -> nn.Module:
    return nn.DataParallel(model)


WRAPS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "torch.compile": lambda model: compiled(Around(model)),
    "module.compile": lambda model: compiled_in_place(Around(model)),
    "a decorated forward": Decorated,
    "DataParallel": lambda model: parallel(Around(model)),
    "a layer": lambda model: Around(compiled(model)),
    "both, at every depth": lambda m: compiled(parallel(Around(parallel(compiled(m))))),
}


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_network_inside_of_wrappers_is_the_network(wrap: str) -> None:
    x = samples(8)
    plain = trained(Around(linear(8, 5)), x)
    body = plain.get_submodule("body")
    wrapped = WRAPS[wrap](body).eval()
    inside = unwrapped(wrapped)
    captured, rows = frontends.load(wrapped, x), x.double().numpy()
    assert str(captured) == str(frontends.load(inside, x))
    module = passes.run(captured)
    golden = integer.run(module, quantize_input(module, rows))
    assert torch_golden.compare(wrapped, module, rows, golden, torch.float64).passed
    inside.load_state_dict(plain.state_dict())
    names = [name for name, _ in inside.named_modules()]
    assert names == [name for name, _ in plain.named_modules()]
    assert str(frontends.load(inside, x)) == str(frontends.load(plain, x))


def test_the_user_s_module_keeps_its_wrappers() -> None:
    model = Around(compiled(linear(8, 5)))
    assert unwrapped(model) is not model
    assert "_orig_mod" in dict(model.body.named_children())
    assert unwrapped(linear(8, 5)) is not None


@pytest.mark.parametrize("inside", [False, True])
def test_torchscript_is_one_sentence(inside: bool) -> None:
    trace: Any = torch.jit.trace
    script: Any = trace(nn.Linear(8, 5), samples(8))
    with pytest.raises(
        UnsupportedError, match=r"^(the model|body): is TorchScript, .*; give the nn"
    ):
        made_by("net", lambda: Around(script) if inside else script)
