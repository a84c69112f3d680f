"""What the pages point at exists: files, options of the command line, check ids, report fields."""

import re
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer

from tercet.cli.app import app
from tercet.report.catalogue import catalogue
from tercet.report.contract import Artifact, Layer, Report, Subgraph

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def options() -> set[str]:
    """Every option of every command, and of the application itself."""
    group = typer.main.get_command(app)
    commands = [group, *group.commands.values()]  # type: ignore[attr-defined]
    return {"--help"} | {o for c in commands for p in c.params for o in p.opts}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    dead = [x for x in links if not x.startswith("http") and not (page.parent / x).exists()]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_that_a_page_names_exists(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    others = ("pytest", "benchmarks")
    ours = "\n".join(line for line in lines if not any(name in line for name in others))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours))
    assert named <= options()


def test_the_page_on_reports_explains_every_field() -> None:
    page = (ROOT / "docs/report.md").read_text(encoding="utf-8")
    top = {field.name for field in fields(Report)} - {"version"}
    inner = {field.name for kind in (Layer, Subgraph, Artifact) for field in fields(kind)}
    wanted = top | inner - {"inputs", "outputs"}
    assert not [name for name in wanted if f"`{name}`" not in page]


def test_the_table_on_the_page_on_verify_is_of_the_checks_that_run_in_their_order() -> None:
    page = (ROOT / "docs/verify.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \|", page[page.index("| check |") :], re.MULTILINE)
    needed = [check.id for check in catalogue() if check.required]
    assert rows[: len(needed)] == needed


def test_the_sign_off_in_the_readme_has_every_check_in_its_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme[readme.index(" check  ") : readme.index("verdict: pass")]
    rows = re.findall(r"^ ([\w.]+) +✓ pass", shown, re.MULTILINE)
    (other,) = re.findall(r"^Not applicable: ([\w.]+) \(", shown, re.MULTILINE)
    assert sorted([*rows, other]) == sorted(c.id for c in catalogue() if c.required)
    assert rows == [check.id for check in catalogue() if check.id in rows]
    (never,) = re.findall(r"^No part of this sign-off: (.*)$", shown, re.MULTILINE)
    assert not [c.id for c in catalogue() if c.absent and f"{c.id}" not in never]


def test_the_picture_of_the_readme_is_well_formed() -> None:
    ElementTree.fromstring((ROOT / "docs/overview.svg").read_text(encoding="utf-8"))


def test_the_readme_names_folders_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("## Folders") :]
    named = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)[2:]
    folders = [name for cell in named for name in re.findall(r"`([\w/]+)`", cell)]
    assert folders
    assert not [name for name in folders if not (ROOT / name).is_dir()]
