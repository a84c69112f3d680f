"""`tercet verify` as a user types it, on the real fabric: reports, exit code, a rerun."""

from pathlib import Path

import pytest
from tests.helpers import networks
from typer.testing import CliRunner, Result

from tercet.cli.app import app
from tercet.report.codec import decode
from tercet.report.contract import Report

MODEL = ("verify", "tfmbs_mlp", "--fabric", "tfmbs", "--vectors", "5")


def tercet(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*MODEL, "--out", str(folder), *words])


def report_in(folder: Path) -> Report:
    return decode((folder / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder_of_pass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sign-off that passed."""
    folder = tmp_path_factory.mktemp("signed")
    result = tercet(folder)
    assert result.exit_code == 0, result.output
    assert "verdict: pass" in result.stdout
    return folder


def test_every_required_check_ran_and_passed(folder_of_pass: Path) -> None:
    report = report_in(folder_of_pass)
    assert report.verdict == "pass"
    others = [c.id for c in report.checks if c.verdict == "n/a"]
    assert others == ["golden.file"], "the model is a module: PyTorch stands in for its file"
    needed = [check for check in report.checks if check.required and check.id not in others]
    assert {check.verdict for check in needed} == {"pass"}
    assert all(check.compared > 0 for check in needed)


def test_every_layer_and_every_vector_took_the_predicted_cycles(folder_of_pass: Path) -> None:
    report = report_in(folder_of_pass)
    assert [layer.name for layer in report.layers] == ["fc1", "fc2"]
    assert all(layer.cycles_measured == layer.cycles_predicted for layer in report.layers)
    assert report.cycles.measured == report.cycles.predicted
    assert len(report.cycles.predicted) == report.vectors.count > 5


def test_the_columns_of_a_layer_are_issued_or_skipped(folder_of_pass: Path) -> None:
    for layer in report_in(folder_of_pass).layers:
        parts = (layer.issued, layer.skip_act, layer.skip_wgt)
        assert layer.columns.mean == pytest.approx(sum(part.mean for part in parts))


def test_one_vector_is_rerun_with_a_waveform(folder_of_pass: Path, tmp_path: Path) -> None:
    result = tercet(tmp_path, "--only-vector", "2", "--waves")
    assert result.exit_code == 0, result.output
    (wave,) = tmp_path.glob("wave.*")
    assert wave.stat().st_size > 10_000
    assert wave.name in result.stdout
    report = report_in(tmp_path)
    assert (report.vectors.count, report.vectors.only) == (1, 2)
    assert report.cycles.measured == (report_in(folder_of_pass).cycles.predicted[2],)


def test_a_network_of_two_inputs_is_signed_off(tmp_path: Path) -> None:
    """One of them is concatenated to a layer's result: its part of the whole is a copy."""
    words = ["verify", f"{networks.__file__}:TwoInputs", "--fabric", "tfmbs", "--vectors", "5"]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    compared = {check.id: check.compared for check in report_in(tmp_path).checks}
    assert min(compared[name] for name in compared if name.startswith("rtl.")) > 0
