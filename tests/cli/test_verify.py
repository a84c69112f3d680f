"""`tercet verify` around a sign-off that is made up: what is asked, printed, written, returned."""

import json
import shlex
from collections.abc import Callable
from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.reports import passing_report, with_checks
from typer.testing import Result

from tercet.cli import options
from tercet.errors import UnsupportedError
from tercet.frontends import sources
from tercet.report.contract import Accuracy, Answers, Mismatch, Report
from tercet.report.outcome import measured
from tercet_signoff import sign
from tercet_signoff.request import Request
from tercet_signoff.stages import Listener

Tercet = Callable[..., Result]
REPORTS = ["junit.xml", "report.html", "report.json"]


def failing_report(request: Request) -> Report:
    """The RTL got one value of vector 4 wrong."""
    good = passing_report()
    wrong = measured(
        "rtl.bitexact",
        9,
        1,
        "first wrong: fc1:requantize element 7 of vector 4: expected 3, found 5",
        Mismatch("fc1:requantize", 4, (7,), 3, 5),
        request.rerun(4),
    )
    return with_checks(good, [wrong if c.id == wrong.id else c for c in good.checks])


@pytest.fixture(autouse=True)
def any_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line takes any name for a model that is there."""
    for module in (options, sources):
        monkeypatch.setattr(module, "find", lambda spec: None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Every request that reached the sign-off; it passes unless the model is called `wrong`."""
    requests: list[Request] = []

    def sign_off(request: Request, listener: Listener) -> Report:
        requests.append(request)
        listener.stage("RTL simulation")
        listener.progress(1, 2)
        if request.model == "wrong":
            return failing_report(request)
        return passing_report()

    monkeypatch.setattr(sign, "sign_off", sign_off)
    return requests


def test_a_sign_off_that_passes_exits_0_and_writes_three_reports(
    tercet: Tercet, asked: list[Request], tmp_path: Path
) -> None:
    result = tercet("verify", "digits_mlp")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "build/verify/digits_mlp-small"
    assert sorted(path.name for path in folder.iterdir()) == REPORTS
    assert "verdict: pass" in result.stdout
    for name in ("rtl.bitexact", "fc1", "report.html"):
        assert name in result.stdout
    assert "RTL simulation" in result.stderr


def test_a_sign_off_that_fails_exits_1_and_says_how_to_rerun_the_vector(
    tercet: Tercet, asked: list[Request]
) -> None:
    result = tercet("verify", "wrong", "--fabric", "tfmbs", "--seed", "9")
    assert result.exit_code == 1
    assert "verdict: fail" in result.stdout
    assert "expected 3, found 5" in result.stdout
    assert "tercet verify wrong --fabric tfmbs --seed 9 --only-vector 4 --waves" in result.stdout


def test_every_option_reaches_the_sign_off(
    tercet: Tercet, asked: list[Request], tmp_path: Path
) -> None:
    words = "verify m --fabric T=8,L=20 --vectors 9 --seed 4 --only-vector 3 --waves"
    words += " --out here --rtl mine"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/tct_top.sv").touch()
    assert tercet(*words.split()).exit_code == 0
    assert asked == [Request("m", "T=8,L=20", 9, 4, 3, True, Path("here"), Path("mine"))]
    assert (tmp_path / "here/report.json").exists()
    (tmp_path / "d.npz").write_bytes(b"")
    assert tercet("verify", "m", "--samples", "d.npz").exit_code == 0
    assert asked[-1].samples == Path("d.npz")
    assert "--samples d.npz --only-vector 7" in asked[-1].rerun(7)
    assert tercet("verify", "m", "--samples", "none.npz").exit_code == 1


def test_accuracy_samples_and_warnings_are_shown_and_part_of_the_page(
    tercet: Tercet, asked: list[Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = passing_report()
    vectors = replace(good.vectors, source="nets/samples.npz", available=9)
    answers = (Answers("integers", 2, 0), Answers("PyTorch", 2, 0))
    report = replace(
        good, vectors=vectors, accuracy=Accuracy(2, answers), warnings=("most are random",)
    )
    monkeypatch.setattr(sign, "sign_off", lambda request, listener: report)
    shown = tercet("verify", "m").stdout
    page = (tmp_path / "build/verify/m-small/report.html").read_text(encoding="utf-8")
    for words in (
        "2 real + 1 corner vectors",
        "the first 2 of 9 of nets/samples.npz",
        "2 of 2 right (100 %); PyTorch the same",
        "most are random",
    ):
        assert words in shown
        assert words in page
    assert "! most are random" in shown
    json_text = (tmp_path / "build/verify/m-small/report.json").read_text(encoding="utf-8")
    assert json.loads(json_text)["accuracy"]["answers"][1]["executor"] == "PyTorch"


def test_the_rerun_of_one_vector_leaves_the_whole_sign_off_alone(
    tercet: Tercet, asked: list[Request], tmp_path: Path
) -> None:
    tercet("verify", "m")
    before = (tmp_path / "build/verify/m-small/report.json").stat().st_mtime_ns
    tercet("verify", "m", "--only-vector", "4")
    assert (tmp_path / "build/verify/m-small/report.json").stat().st_mtime_ns == before
    assert (tmp_path / "build/verify/m-small/vector-4/report.json").exists()


def test_a_model_given_as_a_file_still_gets_a_folder_inside_build(
    tercet: Tercet, asked: list[Request], tmp_path: Path
) -> None:
    assert tercet("verify", "../nets/my net.py:Net").exit_code == 0
    (folder,) = (tmp_path / "build/verify").iterdir()
    assert folder.name == "nets_my_net.py_Net-small"


def test_json_prints_the_report_and_nothing_else(tercet: Tercet, asked: list[Request]) -> None:
    result = tercet("verify", "digits_mlp", "--json")
    assert json.loads(result.stdout)["verdict"] == "pass"
    assert result.stderr == ""
    assert tercet("verify", "wrong", "--json").exit_code == 1


def test_an_unsupported_model_is_one_sentence_and_exit_code_1(
    tercet: Tercet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(request: Request, listener: Listener) -> Report:
        raise UnsupportedError("fc1: a Softsign; use a ReLU")

    monkeypatch.setattr(sign, "sign_off", refuse)
    result = tercet("verify", "m")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == "tercet: fc1: a Softsign; use a ReLU"
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "build").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(
    tercet: Tercet, asked: list[Request], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    result = tercet("verify", "m", "--out", "taken")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("tercet: cannot write taken: ")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["m", "n"],
        ["m", "--vectors", "0"],
        ["m", "--vectors", "many"],
        ["m", "--seed", "-1"],
        ["m", "--only-vector", "-1"],
        ["m", "--colour"],
        ["m", "--rtl", "nowhere"],
        ["m", "--rtl", "."],
    ],
)
def test_a_wrong_command_line_exits_2(
    tercet: Tercet, asked: list[Request], words: list[str]
) -> None:
    result = tercet("verify", *words)
    assert result.exit_code == 2
    assert not asked


def test_a_passing_report_is_shown_alike_on_a_narrow_terminal(
    tercet: Tercet, asked: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = tercet("verify", "m")
    monkeypatch.setenv("COLUMNS", "60")
    assert tercet("verify", "m").stdout == wide.stdout


VALUES: dict[str, Any] = {
    "vectors": 7,
    "seed": 7,
    "only": 7,
    "waves": True,
    "out": Path("there is"),
    "rtl": Path("an y"),
    "input_type": "FIXED<8,4>",
    "input_shape": "1,3,8,8",
    "semantics": "ort",
    "batch": 7,
    "samples": Path("da ta.npz"),
    "effort": "high",
    "layers": {"a.b": {"grid": "1x8x1"}},
    "rounding": Path("an y"),
}
"""Of every option, a value that is not its default: with what a shell reads, where there can be."""


@pytest.mark.parametrize("field", fields(Request)[2:], ids=lambda field: field.name)
def test_a_command_repeats_every_option_that_is_not_default(
    field: Field[Any],
    tercet: Tercet,
    asked: list[Request],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is typed again as it is printed: the same request comes out."""
    monkeypatch.setattr(sources, "find", lambda spec: sources.OnnxSource(Path(spec)))
    (tmp_path / "an y").mkdir()
    (tmp_path / "an y/tct_top.sv").touch()
    (tmp_path / "da ta.npz").write_bytes(b"")
    given = {field.name: VALUES[field.name]} | ({"only": 0} if field.name == "rounding" else {})
    wanted = replace(Request("a net.onnx", "small", out=Path("o ut")), **given)
    result = tercet(*shlex.split(wanted.command())[1:])
    assert asked == [wanted], result.output


def test_a_rerun_goes_to_a_folder_of_its_own_and_its_rerun_to_the_same() -> None:
    asked = Request("m", "small", rtl=Path("broken"), out=Path("there"))
    again = shlex.split(asked.rerun(3))
    assert again[again.index("--out") + 1] == "there/vector-3"
    of_a_rerun = replace(asked, only=3, waves=True, out=Path("there/vector-3"))
    assert of_a_rerun.rerun(3) == shlex.join(again)
    recorded = replace(asked).rerun_rounding(Path("there/rounding"))
    assert "--only-vector 0 --waves --out there/rounding/rerun" in recorded
    assert "--rounding there/rounding" in recorded


def test_the_command_that_reruns_a_vector_repeats_what_was_not_default() -> None:
    asked = Request("m", "small")
    assert asked.rerun(7) == "tercet verify m --fabric small --only-vector 7 --waves"
    elsewhere = replace(asked, out=Path("my reports"))
    assert elsewhere.rerun(7) == f"{asked.rerun(7)} --out 'my reports/vector-7'"
    more = replace(asked, vectors=1000, seed=3)
    assert "--vectors 1000 --seed 3 --only-vector 7" in more.rerun(7)
    spaced = replace(asked, model="my nets/net.py:Net")
    assert "--rtl mine --only-vector 7" in replace(asked, rtl=Path("mine")).rerun(7)
    assert "tercet verify 'my nets/net.py:Net' --fabric small" in spaced.rerun(7)
