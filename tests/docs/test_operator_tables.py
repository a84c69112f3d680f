"""The tables of docs/pytorch.md and docs/onnx.md, which `make gen` writes from the converters."""

import pytest

from tercet import assets
from tercet.frontends.aten import registry as aten
from tercet.frontends.declared_operators import Taken, rows
from tercet.frontends.onnx import registry as onnx
from tercet.gen.frontends import BEGIN, END, ONNX, PYTORCH, pages

TAKEN = {
    PYTORCH: {aten.name_of(one) for one in aten.converters() if aten.is_of_torch(one)},
    ONNX: {kind for _, kind in (*onnx.converters(), *onnx.refusals())},
}


@pytest.mark.parametrize("page", TAKEN)
def test_a_page_names_every_operator_that_has_an_answer(page: str) -> None:
    table = pages()[page].partition(BEGIN)[2].partition(END)[0]
    assert len(TAKEN[page]) > 80
    assert not [name for name in TAKEN[page] if f"`{name}`" not in table]


@pytest.mark.parametrize("page", TAKEN)
def test_a_page_outside_of_its_markers_stays_as_it_was_written(page: str) -> None:
    before, after = (assets.ROOT / page).read_text(encoding="utf-8"), pages()[page]
    assert before.partition(BEGIN)[0] == after.partition(BEGIN)[0]
    assert before.partition(END)[2] == after.partition(END)[2] != ""


def test_what_one_module_takes_is_one_row_and_each_domain_has_its_own() -> None:
    home = onnx.__name__
    found = rows(
        [
            Taken(home, ("A",), note="first"),
            Taken(home, ("C",), "other"),
            Taken(home, ("A", "B"), layers=("L",)),
        ]
    )
    assert [row.operators for row in found] == [("A", "B"), ("C",)]
    assert [row.domain for row in found] == ["", "other"]
    assert (found[0].layers, found[0].notes) == (("L",), ("first",))
