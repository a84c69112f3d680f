"""A fault in an executor is found, and named by the first layer, element and vector it touched."""

import pytest
from tests.helpers.fake_fabric import context

from tercet.report.contract import Mismatch
from tercet_signoff.compare import bitexact


def test_equal_values_pass_and_every_element_was_compared() -> None:
    ctx = context()
    check = bitexact(ctx, "c.bitexact", ctx.golden)
    assert (check.verdict, check.mismatches, check.rerun) == ("pass", 0, None)
    assert check.compared == len(ctx.vectors.x) * (4 + 4 + 3)
    assert check.detail == f"3 values of {len(ctx.vectors.x)} vectors"


def test_one_wrong_element_is_named_with_the_command_that_reruns_it() -> None:
    ctx = context()
    got = {name: array.copy() for name, array in ctx.golden.items()}
    got["fc1:requantize"][5, 2] += 1
    got["fc2:linear"][1, 0] -= 1
    check = bitexact(ctx, "c.bitexact", got)
    want = int(ctx.golden["fc1:requantize"][5, 2])
    assert (check.verdict, check.mismatches) == ("fail", 2)
    assert check.first == Mismatch("fc1:requantize", 5, (2,), want, want + 1)
    place = "fc1:requantize element 2 of vector 5"
    assert f"{place}: expected {want}, found {want + 1}" in check.detail
    assert check.rerun == "tercet verify tiny --fabric small --only-vector 5 --waves"


def test_the_rerun_of_one_vector_keeps_its_number() -> None:
    ctx = context(only=5)
    got = {name: array.copy() for name, array in ctx.golden.items()}
    got["fc2:linear"][0, 1] += 1
    check = bitexact(ctx, "c.bitexact", got)
    assert check.first is not None
    assert check.first.vector == 5
    assert check.rerun == "tercet verify tiny --fabric small --only-vector 5 --waves"


def test_an_executor_that_leaves_a_value_out_fails() -> None:
    ctx = context()
    got = dict(ctx.golden)
    del got["fc1:requantize"]
    check = bitexact(ctx, "c.bitexact", got)
    assert (check.verdict, check.detail) == ("fail", "nothing was found of fc1:requantize")


def test_an_executor_that_hands_back_only_its_input_fails() -> None:
    ctx = context()
    assert bitexact(ctx, "c.bitexact", {"x": ctx.golden["x"]}).verdict == "fail"
    assert bitexact(ctx, "c.bitexact", ctx.golden, names=()).detail.startswith("compared nothing")


def test_an_executor_that_ran_too_few_vectors_fails() -> None:
    ctx = context()
    check = bitexact(ctx, "c.bitexact", {name: a[:-1] for name, a in ctx.golden.items()})
    assert check.verdict == "fail"
    assert "shape" in check.detail


@pytest.mark.parametrize("name", ["fc1:linear", "fc1:requantize", "fc2:linear"])
def test_a_fault_in_any_value_is_found(name: str) -> None:
    ctx = context()
    got = {key: array.copy() for key, array in ctx.golden.items()}
    got[name][-1, -1] ^= 1
    check = bitexact(ctx, "c.bitexact", got)
    assert check.first is not None
    assert check.first.layer == name
