"""tercet.toml: options of commands and of layers, and the steps of a build."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tercet.cli.commands.build import key_of
from tercet.cli.project import FILE, Project

Tercet = Callable[..., Result]
NETWORK = """
model = "digits_mlp"
fabric = "tfmbs"
"""


def test_options_of_the_project_are_those_of_its_commands(tercet: Tercet) -> None:
    FILE.write_text(NETWORK)
    told = tercet("check").stdout
    assert "tfmbs" in told


def test_the_command_line_overrides_the_project(tercet: Tercet) -> None:
    FILE.write_text(NETWORK)
    told = tercet("check", "--fabric", "small").stdout
    assert "small" in told
    assert "tfmbs" not in told


def test_another_file_is_read_where_it_is_named(tercet: Tercet) -> None:
    Path("mine.toml").write_text(NETWORK)
    assert "tfmbs" in tercet("--project", "mine.toml", "check").stdout
    assert tercet("check").exit_code == 2, "without a model there is nothing to check"


def test_a_layer_gets_the_grid_that_the_project_chooses(tercet: Tercet) -> None:
    chosen = '"digits_mlp"\n[layers.fc2]\ngrid = "1x1x8"\n'
    FILE.write_text(f"model = {chosen}")
    assert "fc2 on 1x1x8 tiles" in tercet("check", "--json").stdout
    FILE.write_text('model = "digits_mlp"')
    assert "fc2 on 1x1x8 tiles" not in tercet("check", "--json").stdout


REFUSED = {
    "a number of too many digits": ("seed = " + "9" * 5000, "is no TOML"),
    "an option in two spellings": (
        "input-type = 'INT8'\ninput_type = 'INT8'",
        "input-type is given with _ as well",
    ),
    "layers in two ways": (
        "layer = ['fc1:grid=1x8x1']\n[layers.fc2]\ngrid = '1x8x1'",
        "layer and [layers.NAME] say the same",
    ),
    "a layer with dots and no quotes": (
        "[layers.block.fc1]\ngrid = '1x8x1'",
        'stands in quotes: [layers."block.fc1"]',
    ),
    "steps in a list of lists": ("steps = [['check']]", "steps are a list of commands"),
    "no toml": ("model = ", "is no TOML"),
    "no option": ("speed = 3", "no command has an option 'speed'"),
    "no option of a command": ("[verify]\nspeed = 3", "[verify] has no option 'speed'"),
    "no table": ("verify = 3", "wanted [verify]"),
    "no layer option": (
        "model = 'digits_mlp'\n[layers.fc1]\nspeed = '3'",
        "--layer fc1:speed=3: wanted LAYER:OPTION=VALUE",
    ),
    "no steps": ("steps = ['dance']", "steps are a list of commands"),
    "no layer": (
        "model = 'digits_mlp'\n[layers.fc9]\ngrid = '1x8x1'",
        "fc9, which is no step of this network",
    ),
    "no grid": (
        "model = 'digits_mlp'\n[layers.fc1]\ngrid = '3x1x1'",
        "there is no grid 3x1x1 on 8 tiles",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_command_knows_is_refused_in_a_sentence(tercet: Tercet, name: str) -> None:
    text, wanted = REFUSED[name]
    FILE.write_text(text)
    done = tercet("check")
    assert done.exit_code == 2, done.output
    assert wanted in " ".join(done.stderr.split())
    assert done.stderr.splitlines()[-1].startswith("tercet: "), "one sentence, behind the progress"


def test_an_option_of_a_layer_on_the_command_line_replaces_those_of_the_project(
    tercet: Tercet,
) -> None:
    FILE.write_text('model = "digits_mlp"\n[layers.fc2]\ngrid = "1x1x8"\n')
    told = tercet("check", "--json", "--layer", "fc1:grid=1x8x1").stdout
    assert "fc1 on 1x8x1 tiles" in told
    assert "fc2 on 1x1x8 tiles" not in told


def test_a_missing_project_is_refused(tercet: Tercet) -> None:
    done = tercet("--project", "none.toml", "check", "digits_mlp")
    assert done.exit_code == 2
    assert "cannot read none.toml" in done.stderr


def test_a_build_goes_on_where_it_stopped(tercet: Tercet) -> None:
    steps = 'steps = ["check", "compile"]\n'
    FILE.write_text(f'{steps}model = "digits_mlp"\n[compile]\ntarget = ["c"]\nname = "1"\n')
    stopped = tercet("build")
    assert stopped.exit_code == 2, "a function of C cannot be called 1"
    FILE.write_text(f'{steps}model = "digits_mlp"\n[compile]\ntarget = ["c"]\n')
    again = tercet("build")
    assert again.exit_code == 0, again.output
    assert "step 1 of 2: check: done before" in again.stdout
    assert "written:" in again.stdout
    assert tercet("build").stdout.count("done before") == 2
    assert tercet("build", "--fresh").stdout.count("done before") == 0


def test_a_step_runs_again_when_its_model_has_changed(tercet: Tercet) -> None:
    net = """
from torch import nn
from brevitas.nn import QuantLinear
from tercet.quantizers import TernaryWeight, PixelInput
import torch

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(QuantLinear(4, {}, bias=False, weight_quant=TernaryWeight,
                                     input_quant=PixelInput))

    def example(self):
        return torch.rand(1, 4)
"""
    Path("net.py").write_text(net.format(3))
    FILE.write_text('model = "net.py:Net"\nsteps = ["check"]\n')
    first = tercet("build")
    assert first.exit_code == 0, first.output
    Path("net.py").write_text(net.format(5))
    assert "done before" not in tercet("build").stdout


def test_a_step_that_writes_a_page_is_done_once(tercet: Tercet) -> None:
    FILE.write_text('model = "tfmbs_mlp"\nsteps = ["check"]\n[check]\nhtml = "check.html"\n')
    assert tercet("build").exit_code == 0
    assert "done before" in tercet("build").stdout


def test_a_step_reads_what_is_below_the_folders_of_its_options(tmp_path: Path) -> None:
    (tmp_path / "rtl/core").mkdir(parents=True)
    source = tmp_path / "rtl/core/tct_top.sv"
    source.write_text("module tct_top; endmodule")
    project = Project(options={"verify": {"rtl": str(tmp_path / "rtl")}})
    first = key_of(project, "verify")
    source.write_text("module tct_top; wire x; endmodule")
    assert key_of(project, "verify") != first


def test_a_text_too_long_for_a_file_s_name_is_no_file(tercet: Tercet) -> None:
    FILE.write_text(f'steps = ["check"]\nmodel = "{"x" * 300}"\n')
    done = tercet("build")
    assert done.exit_code == 1
    assert "tercet: there is no model" in done.stderr


def test_a_file_with_the_mark_of_its_byte_order_is_read(tercet: Tercet) -> None:
    FILE.write_text(NETWORK, encoding="utf-8-sig")
    assert "tfmbs" in tercet("check").stdout


def test_a_build_without_steps_says_what_to_write(tercet: Tercet) -> None:
    done = tercet("build")
    assert done.exit_code == 2
    assert 'steps = ["check", "compile", "verify"]' in done.stderr
