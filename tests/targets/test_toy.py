"""A second accelerator in three files: commands and sign-off find it, and nothing else knows.

It stands in `toys`, `toy_executors` and `toy_checks`, which join the packages of the product while
these tests run.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from brevitas.nn import QuantLinear
from torch import nn
from typer.testing import CliRunner

import tercet_signoff.checks
import tercet_signoff.executors
from tercet import frontends, passes, targets
from tercet.check.place import fabric_of, lowered, places
from tercet.cli.app import app
from tercet.cli.pages.matrix import columns, rows
from tercet.gen import checks
from tercet.ir.module import build, ops_of
from tercet.ir.types import SI8, UI8, tensor
from tercet.ops.linear import Linear
from tercet.quantizers import PixelInput, TernaryWeight
from tercet.report.catalogue import catalogue
from tercet.targets import registry
from tercet.targets.door import Settings
from tercet_golden import integer
from tercet_golden.compare import compare
from tercet_signoff.executors.registry import _all, executor
from tercet_signoff.registry import all_declared
from tercet_signoff.request import Request
from tercet_signoff.sign import sign_off
from tercet_signoff.stages import Silent

HERE = Path(__file__).parent
NO_FABRIC = "T=1,L=5,bank_b_depth=64"
"""Too small for the network."""


class Net(nn.Sequential):
    """One ternary layer."""

    def __init__(self) -> None:
        torch.manual_seed(1)
        super().__init__(
            QuantLinear(200, 6, bias=False, weight_quant=TernaryWeight, input_quant=PixelInput)
        )

    def example(self) -> torch.Tensor:
        return torch.rand(1, 200)


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The toy stands beside the targets, executors and checks of the product."""
    with monkeypatch.context() as patch:
        for package, folder in (
            (targets, "toys"),
            (tercet_signoff.executors, "toy_executors"),
            (tercet_signoff.checks, "toy_checks"),
        ):
            patch.setattr(package, "__path__", [*package.__path__, str(HERE / folder)])
        for known in (_all, catalogue):
            known.cache_clear()
        patch.setattr("tercet.report.catalogue.files", lambda _: _generated(tmp_path))
        yield
    for known in (_all, catalogue):
        known.cache_clear()


def _generated(folder: Path) -> Path:
    """A folder with the catalogue that `make gen` would write."""
    for path, text in checks.generated(all_declared()).items():
        (folder / Path(path).name).write_text(text)
    return folder


@pytest.mark.parametrize("element", [UI8, SI8], ids=["unsigned", "signed"])
def test_every_integer_of_the_generated_rtl_is_that_of_the_reference(element: object) -> None:
    rng = np.random.default_rng(3)
    weight = rng.integers(-1, 2, (5, 12))
    module = build(
        [tensor((1, 12), element)],  # type: ignore[arg-type]
        lambda x: [Linear(x, weight, zero_point=3, layer="fc")],
    )
    low = 0 if element is UI8 else -128
    x = rng.integers(low, low + 256, (20, 12))
    target = registry.named("spatial")
    found = executor("spatial")(target.lower(module, target.options(Settings())), x)
    wanted = integer.run(module, x)
    compared = compare(wanted, found)
    assert compared.mismatches == 0
    assert compared.compared == x.size + 20 * 5


def test_the_table_of_operators_has_a_column_for_it() -> None:
    titles = [target.info.title for target in columns()]
    assert titles[-1] == "spatial"
    runs = {row.name: row.targets[-1] for row in rows()}
    assert runs["tercet.linear"]
    assert not runs["tercet.conv"]


def test_compile_writes_its_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["compile", f"{__file__}:Net", "--target", "spatial", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert next((tmp_path / "spatial").glob("*.sv")).read_text().startswith("// Generated")


def test_check_says_what_it_runs_where_the_fabric_refuses() -> None:
    model = frontends.resolve(f"{__file__}:Net")
    module = passes.run(frontends.capture(model))
    for fabric, where in (("small", "fabric"), (NO_FABRIC, "spatial")):
        found = lowered(module, Settings(fabric))
        (op,) = ops_of(module)
        assert places(module, found)[op].where == where
        assert fabric_of(found).takes


def test_the_sign_off_judges_it_by_its_own_check(tmp_path: Path) -> None:
    request = Request(f"{__file__}:Net", NO_FABRIC, vectors=3, out=tmp_path / "out")
    report = sign_off(request, Silent())
    rows = {check.id: check for check in report.checks}
    assert rows["spatial.bitexact"].verdict == "pass"
    assert rows["spatial.bitexact"].compared == 6 * report.vectors.count
    assert rows["rtl.bitexact"].verdict == "n/a", "the fabric refuses this network"
    assert [part.target for part in report.subgraphs] == ["spatial"]
    assert report.verdict == "pass"


def test_a_wrong_wire_fails_the_sign_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def turned(row: list[int]) -> list[tuple[str, int]]:
        return [("-" if trit > 0 or k == 0 else "+", k) for k, trit in enumerate(row) if trit]

    monkeypatch.setattr("tercet.targets.spatial.target._terms", turned)
    request = Request(f"{__file__}:Net", NO_FABRIC, vectors=3, out=tmp_path / "out")
    report = sign_off(request, Silent())
    assert report.verdict == "fail"
    (failed,) = (check for check in report.checks if check.verdict == "fail")
    assert failed.id == "spatial.bitexact"
