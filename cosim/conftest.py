"""The regression: `pytest cosim/`.

Its options are `--model` and `--fabric`, which may be given several times, `--tiny`, `--vectors`,
`--programs`, `--networks`, `--structures`, `--seed` and `--waves`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.settled import settled

from tercet.frontends import zoo
from tercet_signoff.context import CheckContext
from tercet_signoff.request import Request
from tercet_signoff.sign import prepare
from tercet_signoff.stages import Silent, Stages

__all__ = ["settled"]

TOLD = "tally"
FABRICS = ("tfmbs", "small")
TINY = 3
VECTORS = 8
PROGRAMS = 40
NETWORKS = 60
SEED = 1


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    models: tuple[str, ...]
    fabrics: tuple[str, ...]
    tiny: tuple[int, ...]
    """Which of the drawn configurations."""
    vectors: int
    programs: int
    networks: int
    first: int | None
    structures: bool
    seed: int
    waves: bool


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tercet", "regression on the simulated fabric")
    group.addoption("--model", action="append", help="zoo name, module:factory or file.py:Class")
    group.addoption("--fabric", action="append", help="small, tfmbs, large or T=8,L=20")
    told = "numbers of the drawn configurations with tiny banks: 0,1,2; none: -"
    group.addoption("--tiny", default=",".join(map(str, range(TINY))), help=told)
    group.addoption("--vectors", type=int, default=VECTORS, help="real vectors of each model")
    group.addoption("--programs", type=int, default=PROGRAMS, help="random programs in all")
    group.addoption("--networks", type=int, default=NETWORKS, help="random networks in all")
    group.addoption("--first", type=int, help="seed of the first random network")
    group.addoption("--structures", action="store_true", help="every structure of tests/matrix")
    group.addoption("--seed", type=int, default=SEED, help="seed of everything that is random")
    group.addoption("--waves", action="store_true", help="keep waveforms below build/regression")


def pytest_report_header(config: pytest.Config) -> str:
    options = _options(config)
    models, fabrics = ", ".join(options.models), ", ".join(options.fabrics)
    return f"tercet: {models} on {fabrics}, tiny {options.tiny}, --seed {options.seed}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the outcomes of the networks, fabric by fabric, also from workers of pytest-xdist."""
    reports = [r for name in ("passed", "failed") for r in terminalreporter.getreports(name)]
    told = [str(line) for report in reports for key, line in report.user_properties if key == TOLD]
    if told:
        terminalreporter.section("networks on fabrics")
        for line in told:
            terminalreporter.line(line)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`signed`: every model on every fabric; `named`, `tiny`: every fabric, every drawn one."""
    options = _options(metafunc.config)
    if "named_fabric" in metafunc.fixturenames:
        metafunc.parametrize("named_fabric", options.fabrics)
    if "tiny_fabric" in metafunc.fixturenames:
        metafunc.parametrize("tiny_fabric", drawn(options.tiny, "tiny"))
    if "signed" not in metafunc.fixturenames:
        return
    pairs = [(model, fabric) for model in options.models for fabric in options.fabrics]
    cases = [
        pytest.param(pair, id=name, marks=pytest.mark.xdist_group(name))
        for pair in pairs
        for name in ["-".join(pair)]
    ]
    metafunc.parametrize("signed", cases, indirect=True, scope="session")


def drawn(numbers: Iterable[int], name: str) -> list[Any]:
    """Numbers of drawn configurations, as parameters; the tests of one go to one worker."""
    return [
        pytest.param(number, id=f"{name}{number}", marks=pytest.mark.xdist_group(f"drawn{number}"))
        for number in numbers
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a `fabric`, or of a `case` that names one, go to one worker.

    It builds their simulator once; two workers that begin together would each build it.
    """
    for item in items:
        call = getattr(item, "callspec", None)
        parameters = {} if call is None else call.params
        fabric = parameters.get("fabric", getattr(parameters.get("case"), "fabric", None))
        if fabric is not None:
            item.add_marker(pytest.mark.xdist_group(str(fabric)))


@pytest.fixture(scope="session")
def options(pytestconfig: pytest.Config) -> Options:
    return _options(pytestconfig)


@pytest.fixture(scope="session")
def signed(request: pytest.FixtureRequest, options: Options) -> CheckContext:
    """A model prepared for a fabric, with real digits, corners and noise; simulated once."""
    model, fabric = request.param
    return _prepared(model, fabric, options)


@pytest.fixture
def rng(request: pytest.FixtureRequest, options: Options) -> np.random.Generator:
    """Random numbers that depend on the test's name and on --seed alone, so a failure repeats."""
    name = request.node.nodeid.partition("@")[0]  # behind it pytest-xdist writes the group
    return np.random.default_rng([options.seed, *name.encode()])


@cache
def _prepared(model: str, fabric: str, options: Options) -> CheckContext:
    out = Path("build/regression") / f"{Path(model).stem}-{fabric}"
    request = Request(
        model, fabric, vectors=options.vectors, seed=options.seed, waves=options.waves, out=out
    )
    return prepare(request, Stages(Silent()))


def _options(config: pytest.Config) -> Options:
    return Options(
        models=tuple(config.getoption("--model") or zoo.names()),
        fabrics=tuple(config.getoption("--fabric") or FABRICS),
        tiny=tuple(int(n) for n in config.getoption("--tiny").split(",") if n.isdigit()),
        vectors=config.getoption("--vectors"),
        programs=config.getoption("--programs"),
        networks=config.getoption("--networks"),
        first=config.getoption("--first"),
        structures=config.getoption("--structures"),
        seed=config.getoption("--seed"),
        waves=config.getoption("--waves"),
    )
