"""Configurations by name and by their sizes."""

from dataclasses import fields, replace

import pytest

from tercet.errors import UsageError
from tercet.targets.fabric.format.spec import NAMED, FabricSpec, named


@pytest.mark.parametrize("name", NAMED)
def test_a_named_configuration_is_found(name: str) -> None:
    assert named(name) is NAMED[name]


def test_sizes_change_the_configuration_named_first_or_small() -> None:
    assert replace(named("T=4,L=15"), name="tfmbs") == NAMED["tfmbs"]
    changed = named("tfmbs,TELEMETRY=2,bank_a_depth=256")
    assert (changed.tiles, changed.telemetry, changed.bank_a_depth) == (4, 2, 256)
    assert changed.name == "tfmbs,TELEMETRY=2,bank_a_depth=256"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("huge", "'huge' is neither one of tfmbs, small, large nor a size"),
        ("T=8,large", "'large' is neither"),
        ("T=-8", "'T=-8' is neither"),
        ("T=3", "T is 3, it must be 1, 2, 4 … 32"),
        ("T=64", "T is 64"),
        ("L=12", "L is 12, it must be a multiple of 5 from 5 to 60"),
        ("L=65", "L is 65"),
        ("ACC_W=15", "ACC_W is 15, it must be 16 to 32"),
        ("TELEMETRY=3", "TELEMETRY is 3"),
        ("bank_a_depth=1000", "bank_a_depth is 1000"),
        ("bank_b_depth=32", "bank_b_depth is 32"),
        ("param_depth=65536", "param_depth is 65536"),
        ("name=5", "'name=5' is neither"),
        ("", "'' is neither"),
    ],
)
def test_a_configuration_that_cannot_be_built_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        named(text)
    assert complaint in str(caught.value)


def test_the_id_depends_on_every_size_but_not_on_name_or_telemetry() -> None:
    small = NAMED["small"]
    assert replace(small, name="other", telemetry=2).config_id == small.config_id
    sizes = [f.name for f in fields(FabricSpec) if f.name not in ("name", "telemetry")]
    changed = {"tiles": 4, "lanes": 15, "acc_width": 23} | {
        name: 2 * getattr(small, name) for name in sizes if name.endswith("depth")
    }
    assert set(changed) == set(sizes)
    ids = {replace(small, **{name: value}).config_id for name, value in changed.items()}
    assert len(ids | {small.config_id}) == 1 + len(sizes)


def test_every_size_reaches_the_rtl() -> None:
    sizes = len(fields(FabricSpec)) - 1  # the name stays here
    assert len(NAMED["small"].parameters) == sizes + 1  # and the id comes on top
