"""`tercet compile` writes a bundle that stands on its own: plain compilers build it."""

import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from typer.testing import Result

from tercet import frontends, passes
from tercet.ir.host.boundary import entries_of, exits_of
from tercet.ir.module import parse
from tercet.targets.fabric import planner
from tercet.targets.fabric.format.spec import named
from tercet.targets.shared import render
from tercet_cosim.build import sources

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
    planned = planner.make(passes.run(frontends.load(model.module, model.example)), named("tfmbs"))
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


SMALL = "T=1,L=5,bank_b_depth=64"


@pytest.mark.parametrize("asked", [(), ("--target", "c", "--target", "rtl")])
def test_a_target_that_refuses_the_network_ends_it_before_anything_is_written(
    tercet: Tercet, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    result = tercet("compile", "tfmbs_mlp", "--fabric", SMALL, *asked, "--out", "here")
    assert result.exit_code == 1
    assert "choose a larger fabric" in result.stderr
    assert not (tmp_path / "here").exists()


def test_an_option_of_a_layer_is_refused_where_no_target_has_any(tercet: Tercet) -> None:
    result = tercet("compile", "tfmbs_mlp", "--target", "c", "--layer", "fc9:grid=1x8x1")
    assert result.exit_code == 2
    assert "--layer is about the fabric; add --target rtl" in result.stderr


def boundary_of(folder: Path) -> Any:
    return json.loads((folder / "tfmbs_mlp_boundary.json").read_text())


def test_how_the_host_makes_inputs_and_reads_outputs_is_data_in_every_folder(bundle: Path) -> None:
    model = frontends.resolve("tfmbs_mlp")
    module = passes.run(frontends.capture(model))
    (entry,), (line,) = entries_of(module), exits_of(module)
    assert line is not None
    data = boundary_of(bundle / "c")
    assert data == boundary_of(bundle / "hls")
    props = onnx.load(bundle / "onnx/tfmbs_mlp.onnx").metadata_props
    told = {one.key: json.loads(one.value) for one in props}
    assert told == {"tercet.input0": data["inputs"][0], "tercet.output0": data["outputs"][0]}
    (given,), (made,) = data["inputs"], data["outputs"]
    x = model.samples[0][:3]
    real = (np.array(given["factor"]) * x + given["offset"]) / given["scale"]
    q = np.clip(np.rint(real + given["zero_point"]), given["low"], given["high"])
    np.testing.assert_array_equal(q, entry.quantize(x))
    assert (given["rounding"], made["name"]) == ("half_even", "fc2:linear")
    sums = np.arange(10) * 17 - 60
    reals = np.array(made["factor"]) * sums + made["offset"]
    np.testing.assert_array_equal(reals, line.reals(sums))


def test_the_constants_of_the_header_are_the_numbers_of_the_json(
    bundle: Path, tmp_path: Path
) -> None:
    (given,), (made,) = boundary_of(bundle / "c")["inputs"], boundary_of(bundle / "c")["outputs"]
    source = Path(__file__).with_name("boundary.c")
    flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    for compiler in (["gcc", *flags], ["g++", "-x", "c++", "-std=c++14", *flags[1:]]):
        words = [*compiler, f"-I{bundle}/c", str(source), "-o", str(tmp_path / "boundary")]
        subprocess.run(words, check=True)
        done = subprocess.run([tmp_path / "boundary"], capture_output=True, text=True, check=True)
        found = list(map(float, done.stdout.split()))
        want = [np.ravel(given[key]).tolist() for key in ("factor", "offset", "scale")]
        want += [[given["zero_point"], given["low"], given["high"]], made["factor"], made["offset"]]
        assert found == [float(x) for part in want for x in np.ravel(part)]


def built_testbench(folder: Path) -> Path:
    flags = ["-std=c++14", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
    words = ["g++", *flags, "-Ihls/include", "-Iruntime/include"]
    sources = ["tfmbs_mlp.cpp", "tfmbs_mlp_tb.cpp"]
    subprocess.run([*words, *sources, "-o", "csim"], cwd=folder, check=True)
    return folder / "csim"


def test_the_testbench_of_the_hls_compares_and_its_exit_code_says_so(bundle: Path) -> None:
    folder = bundle / "hls"
    program = built_testbench(folder)
    outputs = folder / "tfmbs_mlp_outputs.txt"
    right = outputs.read_text()

    def ran(*words: str) -> tuple[int, str]:
        done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert ran() == (0, "24 vectors, 240 elements compared, 0 differ\n")
    first, *others = right.splitlines()
    numbers = list(map(int, first.split()))
    numbers[3] += 1
    outputs.write_text("\n".join([" ".join(map(str, numbers)), *others]))
    code, told = ran()
    assert code == 1
    assert (
        f"fc2_linear element 3 of vector 0: expected {numbers[3]}, found {numbers[3] - 1}" in told
    )
    assert "1 differ" in told
    for text, why in (
        ("", "has fewer vectors"),
        (right + "1\n", "has fewer vectors than the other file, vector 23"),
        (right[2:].replace(" ", "\n", 1), "too few integers for fc2_linear, vector 0"),
    ):
        outputs.write_text(text)
        code, told = ran()
        assert (code, why in told) == (2, True), told
    outputs.write_text(right)
    (folder / "far.txt").write_text(
        (folder / "tfmbs_mlp_inputs.txt").read_text().replace("0", "999", 1)
    )
    code, told = ran("far.txt")
    assert (code, "does not fit the type of x" in told) == (2, True), told
    (folder / "none.txt").write_text("\n")
    code, told = ran("none.txt", "none.txt")
    assert (code, "has no vector" in told) == (2, True), told
    assert ran("missing.txt")[0] == 2


def test_weights_share_lines(bundle: Path) -> None:
    weights = np.zeros((16, 8, 3, 3), np.int64)
    for text in (render.nested(weights), render.nested(weights.reshape(128, 9, 1, 1))):
        lines = text.splitlines()
        assert max(map(len, lines)) <= render.WIDTH
        assert len(lines) < weights.size / 8
        assert text.count("0") == weights.size
    text = (bundle / "hls/tfmbs_mlp.cpp").read_text()
    assert len(text.splitlines()) < 47_640 / 15


NET = """
import brevitas.nn as qnn
from torch import nn
from tercet.quantizers import PixelInput, TernaryWeight

def build():
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=PixelInput, return_quant_tensor=True),
        qnn.QuantLinear(4, 3, bias=False, weight_quant=TernaryWeight),
    )
"""


@pytest.mark.parametrize(
    ("file", "name"), [("keyword spotter.py", "keyword_spotter"), ("3d.py", "n3d")]
)
def test_files_are_called_as_the_model_s_file_not_as_its_factory(
    tercet: Tercet, tmp_path: Path, file: str, name: str
) -> None:
    (tmp_path / file).write_text(NET)
    result = tercet("compile", f"{file}:build", "--target", "c", "--out", "out")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out/c" / f"{name}.c").exists()


def test_a_name_can_be_given_and_is_taken_as_it_is(tercet: Tercet, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET)
    words = ("compile", "net.py:build", "--target", "c", "--target", "hls", "--out", "out")
    assert tercet(*words, "--name", "Spotter").exit_code == 0
    assert "Spotter_run(" in (tmp_path / "out/c/Spotter.h").read_text()
    assert "void Spotter_top(" in (tmp_path / "out/hls/Spotter.hpp").read_text()


@pytest.mark.parametrize("name", ["int", "3d", "größe", "a b", "math", "", "_x", "../up"])
def test_a_name_that_c_cannot_have_is_refused_before_anything_is_written(
    tercet: Tercet, tmp_path: Path, name: str
) -> None:
    (tmp_path / "net.py").write_text(NET)
    result = tercet("compile", "net.py:build", "--target", "c", "--name", name)
    assert result.exit_code == 2
    assert "cannot have this name; give ASCII letters" in result.stderr
    assert not (tmp_path / "build").exists()
