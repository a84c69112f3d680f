"""Each check is declared once, in its own file; what others know of it is generated from there."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

from tercet import assets
from tercet.gen.checks import generated
from tercet.report.catalogue import catalogue
from tercet_signoff import checks
from tercet_signoff.registry import all_declared, registered

FILES = [found.name for found in iter_modules(checks.__path__)]


def test_the_catalogue_is_what_the_files_declare() -> None:
    assert catalogue() == all_declared()


@pytest.mark.parametrize("path", generated(all_declared()))
def test_what_is_generated_from_the_checks_is_committed(path: str) -> None:
    text = generated(all_declared())[path]
    assert (assets.ROOT / path).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_called_after_its_check_and_runs_it_or_says_why_not(name: str) -> None:
    module = import_module(f"{checks.__name__}.{name}")
    assert name == module.CHECK.id.replace(".", "_")
    assert hasattr(module, "run") != bool(module.CHECK.absent)


def test_the_checks_that_run_are_those_that_a_sign_off_needs() -> None:
    assert [check.id for check in registered()] == [c.id for c in catalogue() if c.required]
    assert len({check.id for check in catalogue()}) == len(FILES)


@pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.id)
def test_a_rule_about_a_target_belongs_to_a_check_of_one(check: object) -> None:
    applies, target = vars(check)["applies"], vars(check)["target"]
    assert target is not None or applies in ("always", "of a module", "of a file")
