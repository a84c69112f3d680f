"""The simulator is built in folders of any name, and what is said of a failed build is kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.bad_programs import FABRIC
from tercet import assets
from tercet.errors import TercetError
from tercet.targets.fabric.format.spec import named
from tercet_cosim.bench.process import scenarios
from tercet_cosim.build import overlay, sources
from tercet_cosim.build.aliases import aliases
from tercet_cosim.build.build import build

NAME = """it's a $HOME (50 %) #1 & "é" `x`; *?"""


@pytest.fixture
def strange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A build folder of such a name, with the objects of Verilator's run time in it."""
    overlay.root()
    home = tmp_path / NAME / "build"
    shutil.copytree(assets.build_root() / "verilator", home / "verilator", symlinks=True)
    monkeypatch.setattr(assets, "build_root", lambda: home)
    monkeypatch.delenv("VERILATOR_ROOT", raising=False)
    yield home
    shutil.rmtree(home)


def test_a_simulator_is_built_and_runs_in_a_folder_of_any_name(strange: Path) -> None:
    built = build(named(FABRIC))
    assert built.folder.parent == strange / "sim"
    assert not any(scenarios(built, seed=1).values())


def test_rtl_of_a_folder_of_any_name_is_built_and_its_fault_is_told(
    strange: Path, tmp_path: Path
) -> None:
    rtl = tmp_path / NAME / "rtl"
    shutil.copytree(assets.ROOT / "rtl", rtl)
    module = rtl / "tct_top.sv"
    module.write_text(module.read_text().replace("endmodule", "wire = ;\nendmodule"))
    with pytest.raises(TercetError) as found:
        build(named(FABRIC), rtl=rtl)
    said = str(found.value)
    assert "tct_top.sv" in said
    assert "syntax error" in said
    (log,) = (strange / "failed").iterdir()
    assert f"the whole log is {log}" in said
    assert "syntax error" in log.read_text()
    assert not list((strange / "sim").iterdir())
    assert len(sources.rtl(rtl)) == len(sources.rtl())


def test_an_alias_leads_where_the_folder_is(tmp_path: Path) -> None:
    inner = tmp_path / NAME / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("found")
    with aliases(tmp_path / NAME, inner) as renamed:
        plain = renamed(f"-I{inner}/file")
        assert " " not in plain
        assert "$" not in plain
        assert Path(plain.removeprefix("-I")).read_text() == "found"
    assert not Path(plain.removeprefix("-I")).parent.exists()
