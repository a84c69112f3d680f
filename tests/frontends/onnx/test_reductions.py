"""Sums, means and extremes over any axes; a sum of a sum is one sum, and it is rounded once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto
from tests.helpers.onnx.graphs import Constant, close, model, node, runtime, saved, tercet
from tests.helpers.onnx.proven import proven, varied

from tercet import passes
from tercet.errors import UnsupportedError
from tercet.frontends import onnx as frontend
from tercet.ir.evaluate import evaluate
from tercet.ir.module import ops_of, outputs_of
from tercet.ops.sum import Sum
from tercet.ops.sum_pool import SumPool

RNG = np.random.default_rng(21)
SHAPE = (1, 4, 6, 6)
FIRST = [
    node("QuantizeLinear", ["x", "s", "z"], ["xq"]),
    node("DequantizeLinear", ["xq", "s", "z"], ["a"]),
]
LAST = [
    node("QuantizeLinear", ["r", "t", "z"], ["q"]),
    node("DequantizeLinear", ["q", "t", "z"], ["y"]),
]
CONSTANTS: Mapping[str, Constant] = {
    "s": np.float32(0.0517),
    "t": np.float32(0.0203),
    "z": np.int8(0),
}


@pytest.mark.parametrize("kind", ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"])
@pytest.mark.parametrize("keep", [0, 1])
@pytest.mark.parametrize("axes", [(2, 3), (-2, -1), (1,), (-1,), (1, 3), (3, 1), (1, 2)])
@pytest.mark.parametrize("operand", [False, True])
def test_any_axes_may_go(
    kind: str, keep: int, axes: tuple[int, ...], operand: bool, tmp_path: Path
) -> None:
    """Given as an attribute or as an operand."""
    given: dict[str, Any] = {} if operand else {"axes": axes}
    made = node(kind, ["x", *(["axes"] * operand)], ["y"], keepdims=keep, **given)
    before = 11 if kind == "ReduceSum" else 17
    opset = 18 if operand else before
    constants: Mapping[str, Constant] = {"axes": np.asarray(axes)} if operand else {}
    path, x = saved(tmp_path, model([made], {"x": SHAPE}, constants, opset=opset)), varied(*SHAPE)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


@pytest.mark.parametrize("noop", [0, 1])
def test_no_axes_are_none_or_all(noop: int, tmp_path: Path) -> None:
    made = node("ReduceSum", ["x", "axes"], ["s"], noop_with_empty_axes=noop)
    path = saved(
        tmp_path,
        model([made, node("Relu", ["s"], ["y"])], {"x": SHAPE}, {"axes": np.zeros(0, np.int64)}),
    )
    if not noop:
        with pytest.raises(UnsupportedError, match=r"so the batch; name the axes, such as 1, 2, 3"):
            frontend.load(frontend.read(path))
        return
    x = varied(*SHAPE)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


def reduced(name: str, x: str, y: str, **attributes: Any) -> NodeProto:
    return node(name, [x], [y], **attributes)


def pool(x: str, y: str, size: int, stride: int = 0, pad: int = 0) -> NodeProto:
    return node(
        "AveragePool",
        [x],
        [y],
        kernel_shape=[size, size],
        strides=[stride or size] * 2,
        pads=[pad] * 4,
    )


FORMS: Mapping[str, tuple[Sequence[NodeProto], tuple[int, ...]]] = {
    "two axes": ([reduced("ReduceMean", "a", "r", axes=[2, 3], keepdims=0)], SHAPE),
    "negative axes": ([reduced("ReduceMean", "a", "r", axes=[-2, -1])], SHAPE),
    "axes apart": ([reduced("ReduceMean", "a", "r", axes=[1, 3], keepdims=0)], SHAPE),
    "mean of mean": (
        [
            reduced("ReduceMean", "a", "m", axes=[3], keepdims=0),
            reduced("ReduceMean", "m", "r", axes=[2], keepdims=0),
        ],
        SHAPE,
    ),
    "three means": (
        [
            reduced("ReduceMean", "a", "m", axes=[1]),
            reduced("ReduceMean", "m", "n", axes=[2]),
            reduced("ReduceMean", "n", "r", axes=[3]),
        ],
        SHAPE,
    ),
    "mean of a factor of a mean": (
        [
            reduced("ReduceMean", "a", "m", axes=[3], keepdims=0),
            node("Mul", ["m", "k"], ["n"]),
            reduced("ReduceMean", "n", "r", axes=[2], keepdims=0),
        ],
        SHAPE,
    ),
    "mean of a line": (
        [node("Add", ["a", "half"], ["m"]), reduced("ReduceMean", "m", "r", axes=[2, 3])],
        SHAPE,
    ),
    "transposed between": (
        [
            reduced("ReduceMean", "a", "m", axes=[3], keepdims=0),
            node("Transpose", ["m"], ["turned"], perm=[0, 2, 1]),
            reduced("ReduceMean", "turned", "r", axes=[1]),
        ],
        SHAPE,
    ),
    "pool of pool": ([pool("a", "m", 2), pool("m", "r", 2)], (1, 3, 9, 8)),
    "overlapping pool of pool": ([pool("a", "m", 2), pool("m", "r", 2, 1)], (1, 3, 8, 9)),
    "padded pool of pool": ([pool("a", "m", 2), pool("m", "r", 3, 2, 1)], (1, 3, 8, 9)),
    "global pool of pool": ([pool("a", "m", 2), node("GlobalAveragePool", ["m"], ["r"])], SHAPE),
    "mean of pool": (
        [pool("a", "m", 3), reduced("ReduceMean", "m", "r", axes=[2, 3])],
        (1, 3, 7, 6),
    ),
    "pool of mean": (
        [reduced("ReduceMean", "a", "m", axes=[1]), pool("m", "r", 2)],
        SHAPE,
    ),
    "pool of overlapping pool": ([pool("a", "m", 3, 1), pool("m", "r", 2)], SHAPE),
    "mean of padded pool": (
        [pool("a", "m", 3, 2, 1), reduced("ReduceMean", "m", "r", axes=[3])],
        SHAPE,
    ),
    "mean of a convolution": (
        [node("Conv", ["a", "w"], ["m"]), reduced("ReduceMean", "m", "r", axes=[2, 3])],
        SHAPE,
    ),
    "mean of a layer": (
        [node("MatMul", ["a", "v"], ["m"]), reduced("ReduceMean", "m", "r", axes=[1])],
        (1, 5, 8),
    ),
    "pool of a normalized convolution": (
        [
            node("Conv", ["a", "w", "c"], ["m"]),
            node("Mul", ["m", "ks"], ["n"]),
            node("GlobalAveragePool", ["n"], ["r"]),
        ],
        SHAPE,
    ),
}
ONE_SUM = (
    *("two axes", "negative axes", "axes apart", "mean of mean", "three means"),
    *("mean of a factor of a mean", "mean of a line", "transposed between", "pool of pool"),
    *("overlapping pool of pool", "padded pool of pool", "global pool of pool", "mean of pool"),
)
MORE: Mapping[str, Constant] = {
    "k": np.asarray([[0.5], [-0.25], [2], [0.75]], np.float32),
    "half": np.float32(0.5),
    "w": RNG.integers(-3, 4, (5, 4, 3, 3)).astype(np.float32),
    "v": RNG.integers(-3, 4, (8, 5)).astype(np.float32),
    "c": varied(5),
    "ks": np.asarray([0.5, 0.25, 2, 0.75, 1], np.float32).reshape(5, 1, 1),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_sum_of_sums_is_rounded_once(form: str, tmp_path: Path) -> None:
    nodes, shape = FORMS[form]
    path = saved(tmp_path, model([*FIRST, *nodes, *LAST], {"x": shape}, {**CONSTANTS, **MORE}))
    module = proven(path, explained=3)
    sums = [op for op in ops_of(module) if isinstance(op, Sum | SumPool)]
    assert len(sums) == 1 or form not in ONE_SUM


@pytest.mark.parametrize("form", FORMS)
def test_merging_sums_changes_no_real(form: str, tmp_path: Path) -> None:
    """Bit for bit but for the order of float64 sums: no quantizer sees the difference."""
    nodes, shape = FORMS[form]
    path = saved(tmp_path, model([*FIRST, *nodes, *LAST], {"x": shape}, {**CONSTANTS, **MORE}))
    captured = frontend.load(frontend.read(path))
    summed = passes.run(captured, passes.SUMMATION[:2])
    x = np.random.default_rng(1).normal(size=(5, *shape[1:])) * 3
    before, after = (evaluate(m, x)[outputs_of(m)[0]] for m in (captured, summed))
    assert np.unique(before).size > 2
    np.testing.assert_array_equal(before, after)
