"""Deliberate faults: each makes the sign-off fail, and the message points at the right place."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tercet import assets
from tercet.fabric.spec import named
from tercet.fabric.timing import time
from tercet.report.contract import Check, Mismatch, Report
from tercet_cosim.programs.fabrics import FABRICS
from tercet_cosim.programs.run import differences
from tercet_cosim.signoff.request import Request
from tercet_cosim.signoff.sign import prepare, sign_off
from tercet_cosim.signoff.stages import Silent, Stages

MODEL, FABRIC, VECTORS = "tfmbs_mlp", "tfmbs", 8
LANE = 3


@dataclass(frozen=True)
class Fault:
    """A change of one RTL file: every occurrence of `old`, a regular expression, becomes `new`."""

    file: str
    old: str
    new: str

    def planted(self, folder: Path) -> Path:
        """A copy of the RTL that has the fault."""
        home = folder / "rtl"
        shutil.copytree(assets.ROOT / "rtl", home)
        path = home / self.file
        text, count = re.subn(self.old, self.new, path.read_text(encoding="utf-8"))
        assert count, f"{self.file} has no {self.old!r}: plant the fault anew"
        path.write_text(text, encoding="utf-8")
        return home


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
ONE_CYCLE_LESS = Fault("tct_top.sv", r"\.cycle_i\(running\)", ".cycle_i(running && !check)")


def signed_off(rtl: Path | None) -> Report:
    return sign_off(Request(MODEL, FABRIC, vectors=VECTORS, rtl=rtl), Silent())


def failure(report: Report, check_id: str) -> tuple[Check, Mismatch]:
    """The check that must have failed and where; what it prints names both, and how to rerun."""
    assert report.verdict == "fail"
    check = next(check for check in report.checks if check.id == check_id)
    assert check.verdict == "fail", check
    assert check.first is not None, check.detail
    first = check.first
    assert f"expected {first.expected}, found {first.found}" in check.detail
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
    _, first = failure(report, "rtl.bitexact")
    assert first.layer == layer.sum_name
    assert len(heard.elements) == plan.spec.lanes, "a pass, lane by lane"
    assert first.element[0] in heard.elements[LANE]
    assert {"rtl.bitexact", "rtl.protocol"} <= failed(report)


def test_halves_that_are_rounded_down_are_found_at_the_quantizer(tmp_path: Path) -> None:
    report = signed_off(HALVES_DOWN.planted(tmp_path))
    _, first = failure(report, "rtl.bitexact")
    assert first.layer == "ties:requantize"
    assert first.found == first.expected - 1
    assert first.expected % 2 == 0, "halves go to the even neighbour"


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
        assert f"python -m tercet_cosim.programs {seed} T=1,L=5" in told


def test_without_a_fault_the_same_sign_off_passes() -> None:
    report = signed_off(None)
    assert report.verdict == "pass", [check.detail for check in report.checks]
