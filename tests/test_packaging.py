"""What the package takes, and what `make` installs of it."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINES = (ROOT / "constraints.txt").read_text("utf-8")
PINS = dict(re.findall(r"^([\w.-]+)==(\S+)$", LINES, re.MULTILINE))
NEEDED = [Requirement(text).name for text in PROJECT["project"]["dependencies"]]


def wanted() -> Iterator[Requirement]:
    """Everything that the package or one who works on it asks for."""
    yield from map(Requirement, PROJECT["build-system"]["requires"])
    yield from map(Requirement, PROJECT["project"]["dependencies"])
    for group in PROJECT["project"]["optional-dependencies"].values():
        yield from map(Requirement, group)
    for group in PROJECT["dependency-groups"].values():
        yield from map(Requirement, group)


@pytest.mark.parametrize("requirement", list(wanted()), ids=str)
def test_what_is_asked_for_has_one_pin_in_its_range(requirement: Requirement) -> None:
    assert requirement.name in PINS
    assert requirement.specifier.contains(PINS[requirement.name])


def test_nothing_is_pinned_that_nobody_asks_for() -> None:
    assert PINS.keys() - {one.name for one in wanted()} == {"pip"}


@pytest.mark.parametrize("text", PROJECT["project"]["dependencies"])
def test_the_package_takes_a_range_of_every_dependency(text: str) -> None:
    operators = sorted(one.operator for one in Requirement(text).specifier)
    assert operators == ["<", ">="]


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    found = Version(version(name))
    assert found.public == PINS[name]  # torch has a local part that tells its builds apart


def test_a_new_pin_is_a_new_installation() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (key,) = re.findall(r"^KEY .*$", makefile, re.MULTILINE)
    (pip,) = re.findall(r"^PIP .*$", makefile, re.MULTILINE)
    assert {"pyproject.toml", "constraints.txt"} <= set(key.split())
    assert "--constraint constraints.txt" in pip
    assert "==" not in "".join(re.findall(r"^\t\$\(PIP\).*$", makefile, re.MULTILINE))


def test_the_wheel_has_the_product_and_no_generator_of_tests() -> None:
    built = PROJECT["tool"]["scikit-build"]["wheel"]["packages"]
    names = {path.rpartition("/")[2] for path in built}
    product = {"tercet", "tercet_golden", "tercet_cosim", "tercet_signoff", "tercet_runtime"}
    assert names == product
    imported = {
        name.split(".")[0]
        for path in built
        for file in (ROOT / path).rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) ([\w.]+)", file.read_text(), re.MULTILINE)
    }
    assert "numpy" in imported
    assert not imported & {"draw", "scenarios", "tests"}
