"""The arrows between packages. A new import that points elsewhere is a decision: draw it here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BASE = {"tercet.errors", "tercet.assets", "tercet.staging"}
IR = BASE | {"tercet.ir"}
OPS = IR | {"tercet.ops"}
PLAN = OPS | {"tercet.frontends", "tercet.passes", "tercet.fabric", "tercet.plan"}
EMIT = PLAN | {"tercet.emit"}

MAY_IMPORT = {
    "compiler/tercet/errors.py": set[str](),
    "compiler/tercet/assets.py": set[str](),
    "compiler/tercet/staging.py": {"tercet.errors"},
    "compiler/tercet/ir": IR,
    "compiler/tercet/ops": OPS,
    "compiler/tercet/frontends": OPS | {"tercet.frontends"},
    "compiler/tercet/passes": OPS | {"tercet.passes"},
    "compiler/tercet/fabric": OPS | {"tercet.fabric"},
    "compiler/tercet/plan": PLAN,
    "compiler/tercet/check": PLAN | {"tercet.check"},
    "compiler/tercet/emit": EMIT,
    "compiler/tercet/report": BASE | {"tercet.report"},
    "compiler/tercet/cli": {"tercet", "tercet_golden", "tercet_cosim"},
    "compiler/tercet/gen": BASE | {"tercet.fabric", "tercet.cli", "tercet.gen"},
    "golden": EMIT | {"tercet.report", "tercet_golden"},
    "cosim/tercet_cosim": EMIT
    | {"tercet.report", "tercet_golden", "tercet_runtime"}
    | {"tercet_cosim"},
    "runtime/python": {"tercet_runtime"},
}
"""What each may import of ours, itself included. The command line is on top of everything."""

WHOLE = ("compiler/tercet/__init__.py", "compiler/tercet/__main__.py")
"""Entry points, which may import anything."""


def files(layer: str) -> list[Path]:
    path = ROOT / layer
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            whole = node.module or ""
            names = [f"{whole}.{a.name}" for a in node.names] if whole == "tercet" else [whole]
        else:
            continue
        yield from (name for name in names if name.split(".")[0].startswith("tercet"))


def allowed(name: str, layer: str) -> bool:
    return any(name == ok or name.startswith(f"{ok}.") for ok in MAY_IMPORT[layer])


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(layer)
        for name in imports(path)
        if not allowed(name, layer)
    ]
    assert files(layer)
    assert not wrong, "\n".join(wrong)


def test_every_file_belongs_to_one_layer() -> None:
    drawn = [path for layer in MAY_IMPORT for path in files(layer)]
    drawn += [ROOT / path for path in WHOLE if (ROOT / path).exists()]
    packages = ("compiler", "golden", "cosim/tercet_cosim", "runtime/python")
    existing = [path for package in packages for path in files(package)]
    assert sorted(drawn) == sorted(existing)


def test_an_arrow_that_points_upward_is_found(tmp_path: Path) -> None:
    upward = tmp_path / "upward.py"
    upward.write_text("def late() -> None:\n    from tercet import cli\n    import tercet.ir.op\n")
    assert [n for n in imports(upward) if not allowed(n, "compiler/tercet/ir")] == ["tercet.cli"]
