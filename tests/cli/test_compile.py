"""`tercet compile` writes a bundle that stands on its own: plain compilers build it."""

import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import onnx
import pytest
from typer.testing import Result

from tercet import frontends, passes, plan
from tercet.fabric.spec import named
from tercet.ir.module import parse
from tercet_cosim.sim import sources

Tercet = Callable[..., Result]


@pytest.fixture
def bundle(tercet: Tercet, tmp_path: Path) -> Path:
    result = tercet("compile", "tfmbs_mlp", "--fabric", "tfmbs")
    assert result.exit_code == 0, result.output
    return tmp_path / "build/compile/tfmbs_mlp-tfmbs"


def test_every_file_of_the_bundle_is_in_its_manifest_with_its_digest(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    files = {p for p in bundle.rglob("*") if p.is_file() and p.name != "manifest.json"}
    assert {str(path.relative_to(bundle)) for path in files} == set(manifest["sha256"])
    for path, digest in manifest["sha256"].items():
        assert sha256((bundle / path).read_bytes()).hexdigest() == digest
    assert (manifest["model"], manifest["fabric"]) == ("tfmbs_mlp", "tfmbs")


def test_the_c_of_the_bundle_compiles_with_nothing_from_outside(bundle: Path) -> None:
    folder = bundle / "c"
    sources = [str(path.relative_to(folder)) for path in folder.rglob("*.c")]
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-Iruntime/include"]
    subprocess.run(
        ["gcc", *flags, "-shared", "-fPIC", "-o", "net.so", *sources], cwd=folder, check=True
    )


def test_the_hls_of_the_bundle_compiles_with_nothing_from_outside(bundle: Path) -> None:
    flags = ["-std=c++14", "-Wall", "-Wextra", "-Werror", "-Ihls/include", "-Iruntime/include"]
    sources = [path.name for path in (bundle / "hls").glob("*.cpp")]
    subprocess.run(["g++", *flags, "-fsyntax-only", *sources], cwd=bundle / "hls", check=True)


def test_the_mlir_and_the_onnx_of_the_bundle_are_read_back(bundle: Path) -> None:
    text = (bundle / "mlir/tfmbs_mlp.mlir").read_text()
    assert str(parse(text)) + "\n" == text
    onnx.checker.check_model(onnx.load(bundle / "onnx/tfmbs_mlp.onnx"))


def test_the_memory_of_the_bundle_holds_both_programs_where_the_layout_says(bundle: Path) -> None:
    layout = json.loads((bundle / "rtl/tfmbs_mlp.json").read_text())
    memory = (bundle / "rtl/tfmbs_mlp.bin").read_bytes()
    first, end = layout["window"]
    assert len(memory) == end - first
    model = frontends.resolve("tfmbs_mlp")
    planned = plan.make(passes.run(frontends.load(model.module, model.example)), named("tfmbs"))
    for name, program in (("setup", planned.setup), ("infer", planned.infer)):
        start = layout[name]["address"] - first
        assert memory[start : start + program.size] == program.data
        assert layout[name]["frames"] == len(program.frames)
    for segment in planned.segments:
        start = segment.address - first
        assert memory[start : start + len(segment.data)] == segment.data
    assert (layout["parameters"]["Tiles"], layout["parameters"]["Lanes"]) == (4, 15)


def test_the_rtl_of_the_bundle_is_all_that_is_built(bundle: Path) -> None:
    built = sources.rtl(bundle / "rtl/rtl")
    assert [path.name for path in built] == [path.name for path in sources.rtl()]
    assert all(path.is_file() for path in built)


def test_one_target_can_be_asked_for(tercet: Tercet, tmp_path: Path) -> None:
    result = tercet("compile", "tfmbs_mlp", "--target", "mlir", "--out", "here")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["manifest.json", "mlir"]


def test_an_unknown_target_is_a_usage_error(tercet: Tercet, tmp_path: Path) -> None:
    result = tercet("compile", "tfmbs_mlp", "--target", "vhdl")
    assert result.exit_code == 2
    assert "there is no target vhdl; there are mlir, onnx, c, hls, rtl" in result.stderr
    assert not (tmp_path / "build").exists()
