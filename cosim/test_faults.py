"""Deliberate faults: each makes the sign-off fail, and the message points at the right place."""

import re
import shlex
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pywellen import Waveform
from typer.testing import CliRunner

from draw.programs.fabrics import FABRICS
from draw.programs.run import differences
from tercet import assets
from tercet.cli.app import app
from tercet.report.codec import decode
from tercet.report.contract import Check, Mismatch, Report
from tercet.report.verdict import problems
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.timing import time
from tercet_signoff.request import Request
from tercet_signoff.sign import prepare, sign_off
from tercet_signoff.stages import Silent, Stages

MODEL, FABRIC, VECTORS = "tfmbs_mlp", "tfmbs", 8
LANE = 3


@dataclass(frozen=True)
class Fault:
    """A change of one RTL file, in whatever room it is.

    Every occurrence of `old`, a regular expression, becomes `new`.
    """

    file: str
    old: str
    new: str

    def planted(self, folder: Path) -> Path:
        """A copy of the RTL that has the fault."""
        home = folder / "rtl"
        shutil.copytree(assets.ROOT / "rtl", home)
        (path,) = home.rglob(self.file)
        text, count = re.subn(self.old, self.new, path.read_text(encoding="utf-8"))
        assert count, f"{self.file} has no {self.old!r}: plant the fault anew"
        path.write_text(text, encoding="utf-8")
        return home


RECORDED = {"vector.npz", *(f"rounding.{suffix}" for suffix in ("mlir", "txt", "json", "bin"))}

FLIPPED_SIGN = Fault(
    "tct_lanes.sv", r"trits_i\[l\]\[1\]", rf"(trits_i[l][1] ^ (l == {LANE} && trits_i[l][0]))"
)
HALVES_DOWN = Fault("tct_post.sv", r"tie_q( *)<= tie_d;", r"tie_q\1<= 1'b0;")
DROPS_LONE_COLUMNS = Fault(
    "tct_issue.sv",
    r"assign write = todo != '0",
    "assign write = (todo & (todo - WordW'(1))) != '0",
)
DOUBLES = Fault("tct_lanes.sv", r"\{acc_q\[l\]\[AccW-2:0\], 1'b0\} &", "acc_q[l] &")
ONE_CYCLE_LESS = Fault("tct_top.sv", "running: running", "running: running && !check")


def signed_off(rtl: Path | None, out: Path | None = None) -> Report:
    request = Request(MODEL, FABRIC, vectors=VECTORS, rtl=rtl)
    return sign_off(request if out is None else replace(request, out=out), Silent())


def failure(report: Report, check_id: str) -> tuple[Check, Mismatch]:
    """The check that must have failed and where; what it prints names both, and how to rerun."""
    assert report.verdict == "fail"
    check = next(check for check in report.checks if check.id == check_id)
    assert check.verdict == "fail", check
    assert check.first is not None, check.detail
    first = check.first
    assert f"expected {first.expected:g}, found {first.found:g}" in check.detail
    assert first.layer in check.detail
    assert check.rerun is not None
    assert check.rerun.startswith(f"tercet verify {MODEL} --fabric {FABRIC}")
    assert "--only-vector" in check.rerun
    print(f"{check_id}: {check.detail}\n{check.rerun}")
    return check, first


def failed(report: Report) -> set[str]:
    return {check.id for check in report.checks if check.verdict == "fail"}


def test_a_flipped_sign_in_a_lane_is_found_in_that_lane(tmp_path: Path) -> None:
    request = Request(MODEL, FABRIC, vectors=VECTORS)
    plan = prepare(request, Stages(Silent())).plan
    heard = next(iter(plan.heard.values()))
    layer = plan.layers[heard.layer]
    report = signed_off(FLIPPED_SIGN.planted(tmp_path))
    check, first = failure(report, "rtl.bitexact")
    assert first.layer == layer.sum_name
    assert len(heard.elements) == plan.spec.lanes, "a pass, lane by lane"
    assert re.search(r"tile \d had it \d+ cycles after the doorbell, in frame \d+", check.detail)
    assert first.element[0] in heard.elements[LANE]
    assert {"rtl.bitexact", "rtl.protocol"} <= failed(report)


def test_halves_that_are_rounded_down_are_found_at_the_quantizer(tmp_path: Path) -> None:
    home = tmp_path / "my reports"
    report = signed_off(HALVES_DOWN.planted(tmp_path), home)
    check, first = failure(report, "rtl.bitexact")
    assert first.layer == "ties:requantize"
    assert first.found == first.expected - 1
    assert first.expected % 2 == 0, "halves go to the even neighbour"
    assert check.detail.startswith("the network's own values are right; in Tercet's own rounding")
    assert {path.name for path in (home / "rounding").iterdir()} == RECORDED
    assert check.rerun is not None
    rerun_shows_the_same(check.rerun, first, home)


def rerun_shows_the_same(command: str, first: Mismatch, home: Path) -> None:
    """The command of a failed rounding test: it fails alike, and the waveform has the element."""
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == 1, result.output
    out = home / "rounding" / "rerun"
    again = decode((out / "report.json").read_text(encoding="utf-8"))
    check, same = failure(again, "rtl.bitexact")
    assert same == first
    assert check.rerun == command, "the rerun of a rerun is itself"
    assert not list(home.glob("*.*")), "nothing of it lies among the first run's reports"
    place = r"where (\S+) is (-?\d+): in (\S+) from (\d+) to (\d+) ns"
    found = re.search(place, check.detail)
    assert found is not None, check.detail
    signal, value, wave, begin, end = found.groups()
    assert int(value) == first.found
    shown = Waveform(str(out / wave))
    assert str(shown.timescale) == "1ps"
    (variable,) = (var for var in shown.all_vars() if var.full_name == signal)
    bits = variable.bitwidth
    for picosecond in (1000 * int(begin), 1000 * int(end) - 1):
        seen = int(variable.signal.value_at(picosecond))
        assert (seen - first.found) % (1 << bits) == 0


def test_a_walk_that_drops_lone_columns_is_found_in_the_first_layer(tmp_path: Path) -> None:
    report = signed_off(DROPS_LONE_COLUMNS.planted(tmp_path))
    _, first = failure(report, "rtl.bitexact")
    assert first.layer == "fc1:linear"
    _, counter = failure(report, "rtl.telemetry")
    assert counter.found < counter.expected
    assert failed(report) >= {"rtl.bitexact", "rtl.telemetry", "rtl.cycles"}


def test_a_counter_that_is_off_by_one_is_named(tmp_path: Path) -> None:
    report = signed_off(ONE_CYCLE_LESS.planted(tmp_path))
    _, first = failure(report, "rtl.telemetry")
    assert (first.layer, first.found) == ("cycles", first.expected - 1)
    assert "rtl.bitexact" not in failed(report)


def test_a_cycle_model_that_is_off_by_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "POST", time.POST + 1)
    report = signed_off(None)
    check, first = failure(report, "rtl.cycles")
    layers = 2
    assert first.layer == "doorbell to irq"
    assert first.found == first.expected - layers
    assert check.mismatches >= VECTORS * (1 + layers)
    assert "rtl.bitexact" not in failed(report)


def test_a_triple_that_doubles_is_found_in_the_sums_of_random_programs(tmp_path: Path) -> None:
    found = differences(named(FABRICS[0]), range(20), rtl=DOUBLES.planted(tmp_path))
    assert found
    for seed, told in found.items():
        assert re.search(r"frame \d+ \(MAC, .*\): sum of value \d+ in tile 0: expected", told), told
        assert f"python -m draw.programs {seed} T=1,L=5" in told


def test_without_a_fault_the_same_sign_off_passes() -> None:
    report = signed_off(None)
    assert report.verdict == "pass", [check.detail for check in report.checks]


def test_rtl_with_a_syntax_error_is_built_once_and_its_reason_told_once(tmp_path: Path) -> None:
    rtl = Fault("tct_post.sv", r"endmodule", "endmodul").planted(tmp_path)
    report = signed_off(rtl, tmp_path)
    told = {c.detail for c in report.checks if c.id.startswith("rtl.")}
    (reason,) = told
    assert "does not build" in reason
    assert [stage.name for stage in report.timing.stages].count("RTL build") == 1
    (problem,) = problems(report)
    assert problem.startswith("rtl.bitexact, rtl.cycles, rtl.protocol, rtl.telemetry ")
