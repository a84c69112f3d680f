"""The arrows between packages. A new import that points elsewhere is a decision: draw it here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BASE = {"tercet.errors", "tercet.assets", "tercet.staging"}
IR = BASE | {"tercet.ir"}
OPS = IR | {"tercet.ops"}
TARGETS = OPS | {"tercet.targets", "tercet.templates", "tercet.documents"}
COMPILER = TARGETS | {"tercet.frontends", "tercet.passes"}

MAY_IMPORT = {
    "compiler/tercet/errors.py": set[str](),
    "compiler/tercet/assets.py": set[str](),
    "compiler/tercet/staging.py": {"tercet.errors"},
    "compiler/tercet/templates.py": set[str](),
    "compiler/tercet/documents.py": {"tercet.errors"},
    "compiler/tercet/quantizers": {"tercet.errors", "tercet.quantizers"},
    "compiler/tercet/ir": IR,
    "compiler/tercet/ops": OPS,
    "compiler/tercet/frontends": OPS | {"tercet.frontends", "tercet.quantizers"},
    "compiler/tercet/passes": OPS | {"tercet.passes"},
    "compiler/tercet/targets": TARGETS,
    "compiler/tercet/check": COMPILER | {"tercet.check", "tercet.documents"},
    "compiler/tercet/report": BASE | {"tercet.report", "tercet.documents", "tercet.templates"},
    "compiler/tercet/cli": {"tercet", "tercet_golden", "tercet_cosim", "tercet_signoff"},
    "compiler/tercet/gen": BASE
    | {"tercet.targets", "tercet.check", "tercet.report", "tercet.cli", "tercet_signoff"}
    | {"tercet.frontends", "tercet.documents", "tercet.templates", "tercet.gen"},
    "golden": COMPILER | {"tercet.report", "tercet_golden"},
    "cosim/tercet_cosim": COMPILER | {"tercet_golden", "tercet_cosim"},
    "cosim/tercet_signoff": COMPILER
    | {"tercet.report", "tercet_golden", "tercet_cosim", "tercet_runtime", "tercet_signoff"},
    "runtime/python": {"tercet_runtime"},
}
"""What each may import of ours, itself included. The command line is on top of everything."""

WHOLE = ("compiler/tercet/__init__.py", "compiler/tercet/__main__.py")
"""Entry points, which may import anything."""

ROOT_ITSELF = "."
STACKS = {
    "compiler/tercet/frontends": (
        "elements",
        "integers",
        "declared_operators",
        "reading",
        "importing",
        "unwrap",
        "onnx",
        "aten",
        "brevitas",
        "python",
        "zoo",
        "sources",
        "model",
        "samples",
        "ptq",
        ROOT_ITSELF,
    ),
    "compiler/tercet/ir": (ROOT_ITSELF, "arithmetic", "families", "host"),
    "compiler/tercet/passes": (
        "clean",
        "wording",
        "regions",
        "synthesis",
        "ties",
        "movement",
        "pipeline",
        "proofs",
        ROOT_ITSELF,
    ),
    "compiler/tercet/targets": (
        "effort",
        "info",
        "rows",
        "door",
        "shared",
        "c",
        "hls",
        "onnx",
        "mlir",
        "fabric",
        ROOT_ITSELF,
    ),
    "compiler/tercet/targets/fabric": (
        "format",
        "timing",
        "tiles",
        "steps",
        "network",
        "lower",
        "stages",
        "placement",
        "choice",
        "program",
        ROOT_ITSELF,
    ),
    "cosim/tercet_cosim": ("build", "bench", ROOT_ITSELF),
}
"""The rooms of a folder, from the bottom up: what lies in one may import it and those before it."""

CROWD = 15
"""Python files of a folder, but where each file is one entry of a registry."""
REGISTRIES = ("ops", "ops/real", "operators", "checks", "rules")


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
            names = [_imported(whole, alias.name) for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0].startswith("tercet"))


def _imported(package: str, name: str) -> str:
    """`package.name` where that is a module of ours, else `package`."""
    place = f"{package}.{name}".replace(".", "/")
    homes = [ROOT / home / place for home in ("compiler", "golden", "cosim", "runtime/python")]
    whole = any(home.is_dir() or home.with_suffix(".py").exists() for home in homes)
    return f"{package}.{name}" if whole else package


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


def package_of(folder: str) -> str:
    """Its dotted name."""
    parts = Path(folder).parts
    return ".".join(parts[parts.index("tercet") if "tercet" in parts else 1 :])


def floor_of(name: str, folder: str) -> int | None:
    """In which room of a folder a module lies, counted from the bottom; None: in none."""
    inner = name.removeprefix(package_of(folder)).lstrip(".") if name else ""
    if name != package_of(folder) and not name.startswith(f"{package_of(folder)}."):
        return None
    room, rooms = inner.split(".")[0], STACKS[folder]
    return rooms.index(room) if room in rooms else rooms.index(ROOT_ITSELF)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("folder", STACKS)
def test_a_room_imports_only_itself_and_what_lies_below_it(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(folder)
        for own in [floor_of(module_of(path), folder)]
        for name in imports(path)
        for floor in [floor_of(name, folder)]
        if own is not None and floor is not None and floor > own
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("layer", [name for name in MAY_IMPORT if not name.endswith(".py")])
def test_no_folder_is_crowded(layer: str) -> None:
    folders = {path.parent for path in files(layer)}
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in folders
        for count in [len(list(folder.glob("*.py")))]
        if count > CROWD and not str(folder).endswith(REGISTRIES)
    }
    assert not crowded


NAMED_ONCE = tuple(f"compiler/tercet/{name}" for name in ("ir", "ops", "frontends", "passes"))


def test_a_class_of_the_way_to_integers_has_a_name_of_its_own() -> None:
    homes: dict[str, list[str]] = {}
    for path in (path for layer in NAMED_ONCE for path in files(layer)):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert len(homes) > 150
    assert not {name: places for name, places in homes.items() if len(places) > 1}


def test_every_file_belongs_to_one_layer() -> None:
    drawn = [path for layer in MAY_IMPORT for path in files(layer)]
    drawn += [ROOT / path for path in WHOLE if (ROOT / path).exists()]
    packages = (
        "compiler",
        "golden",
        "cosim/tercet_cosim",
        "cosim/tercet_signoff",
        "runtime/python",
    )
    existing = [path for package in packages for path in files(package)]
    assert sorted(drawn) == sorted(existing)


def test_an_arrow_that_points_upward_is_found(tmp_path: Path) -> None:
    upward = tmp_path / "upward.py"
    upward.write_text("def late() -> None:\n    from tercet import cli\n    import tercet.ir.op\n")
    assert [n for n in imports(upward) if not allowed(n, "compiler/tercet/ir")] == ["tercet.cli"]
