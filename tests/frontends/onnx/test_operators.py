"""Every operator around the quantizers means what ONNXRuntime says it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.helpers.onnx.graphs import Array, Constant, close, model, node, runtime, saved, tercet

RNG = np.random.default_rng(5)
IMAGE, ROWS, WORDS = (1, 4, 7, 6), (1, 12), (1, 5, 8)
SIZES = {"image": IMAGE, "rows": ROWS, "words": WORDS}


def f(*shape: int) -> Array:
    return RNG.normal(size=shape).astype(np.float32)


def w(*shape: int) -> Array:
    """Weights: whole numbers, which need no quantizer."""
    return RNG.integers(-7, 8, shape).astype(np.float32)


def i(*values: int) -> Array:
    return np.asarray(values, np.int64)


@dataclass(frozen=True)
class Case:
    kind: str
    x: tuple[int, ...] = IMAGE
    constants: tuple[Constant | None, ...] = ()
    """Operands after x; None is x once more."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    opset: int = 17
    first: bool = True
    """Whether x is the first operand, else the last."""

    def __str__(self) -> str:
        words = "_".join(f"{k}{v}" for k, v in self.attributes.items())
        return f"{self.kind}{self.opset}_{len(self.x)}d_{words}"[:60].replace(" ", "")


UNARY = (
    *("Abs", "Erf", "Exp", "HardSwish", "Identity", "Neg", "Relu", "Selu", "Sigmoid", "Sign"),
    *("Softplus", "Softsign", "Tanh", "Elu", "LeakyRelu", "HardSigmoid", "ThresholdedRelu"),
    *("Asinh", "Atan", "Ceil", "Celu", "Cosh", "Floor", "Round", "Sinh"),
)
CASES = [
    *(Case(kind) for kind in UNARY),
    Case("Mish", opset=18),
    Case("Shrink"),
    Case("Shrink", attributes={"lambd": 0.4, "bias": 0.4}),
    Case("Gelu", opset=20),
    Case("Gelu", attributes={"approximate": "tanh"}, opset=20),
    Case("Elu", attributes={"alpha": 0.7}),
    Case("Celu", attributes={"alpha": 0.7}),
    Case("Selu", attributes={"alpha": 1.5, "gamma": 1.2}),
    Case("HardSigmoid", attributes={"alpha": 0.3, "beta": 0.4}),
    Case("ThresholdedRelu", attributes={"alpha": 0.3}),
    Case("LeakyRelu", attributes={"alpha": 0.3}, opset=11),
    Case("PRelu", constants=(np.abs(f(4, 1, 1)),)),
    Case("PRelu", constants=(f(1, 4, 1, 1),)),
    Case("Clip", constants=(np.float32(-0.5), np.float32(0.7))),
    Case("Clip", constants=(np.float32(-0.5),)),
    Case("Clip", attributes={"min": -0.5, "max": 0.25}, opset=10),
    Case("Add", constants=(f(4, 1, 1),)),
    Case("Add", ROWS, (f(12),)),
    Case("Add", ROWS, (f(1, 12),)),
    Case("Add", (1, 4, 1, 1), (f(4, 3, 2),)),
    Case("Add", WORDS, (None,)),
    Case("Sub", ROWS, (f(12),)),
    Case("Sub", ROWS, (f(12),), first=False),
    Case("Mul", constants=(f(1, 4, 1, 1),)),
    Case("Mul", constants=(None,)),
    Case("Div", constants=(f(6) + np.float32(5),)),
    Case("Div", ROWS, (f(12),), first=False),
    Case("Sum", ROWS, (f(12), None)),
    *(Case("Pow", ROWS, (np.float32(e),)) for e in (1, 2, 3)),
    Case("Reciprocal", ROWS),
    Case("BatchNormalization", constants=(f(4), f(4), f(4), np.abs(f(4)))),
    Case("BatchNormalization", ROWS, (f(12), f(12), f(12), np.abs(f(12))), {"epsilon": 0.01}),
    Case("BatchNormalization", constants=(f(4), f(4), f(4), np.abs(f(4))), opset=11),
    Case("MatMul", ROWS, (w(12, 5),)),
    Case("MatMul", WORDS, (w(8, 3),)),
    Case("MatMul", WORDS, (w(1, 8, 3),)),
    Case("MatMul", WORDS, (w(3, 5),), first=False),
    Case("MatMul", (1, 6, 6), (None,)),
    Case("Gemm", ROWS, (w(12, 5), f(5)), {"alpha": 0.5, "beta": 0.25}),
    Case("Gemm", ROWS, (w(5, 12), f(1, 5)), {"transB": 1, "alpha": -2.0}),
    Case("Gemm", ROWS, (w(12, 5),)),
    Case("Gemm", ROWS, (w(12, 5), f(1)), opset=9),
    Case("Conv", constants=(w(6, 4, 3, 3), f(6))),
    Case("Conv", constants=(w(6, 4, 3, 2),), attributes={"strides": [2, 1], "pads": [1, 0, 2, 1]}),
    Case("Conv", constants=(w(8, 1, 3, 3),), attributes={"group": 4, "dilations": [2, 1]}),
    Case("Conv", constants=(w(6, 4, 2, 3),), attributes={"auto_pad": "SAME_UPPER"}),
    Case(
        "Conv", constants=(w(6, 4, 4, 3),), attributes={"auto_pad": "SAME_LOWER", "strides": [2, 2]}
    ),
    Case("Conv", constants=(w(6, 4, 3, 3),), attributes={"auto_pad": "VALID"}),
    Case("Conv", WORDS, (w(3, 5, 3), f(3)), {"pads": [1, 2], "kernel_shape": [3]}),
    Case("ConvTranspose", constants=(w(4, 5, 3, 3), f(5))),
    Case(
        "ConvTranspose",
        constants=(w(4, 2, 3, 2), f(4)),
        attributes={"group": 2, "strides": [2, 3], "pads": [1, 0, 0, 1], "output_padding": [1, 2]},
    ),
    Case(
        "ConvTranspose",
        constants=(w(4, 2, 3, 3),),
        attributes={"strides": [2, 2], "output_shape": [14, 12]},
    ),
    Case(
        "ConvTranspose",
        constants=(w(4, 2, 3, 3),),
        attributes={"strides": [2, 2], "output_shape": [14, 12], "auto_pad": "SAME_UPPER"},
    ),
    Case(
        "ConvTranspose",
        constants=(w(4, 2, 3, 3),),
        attributes={"strides": [2, 2], "auto_pad": "SAME_LOWER"},
    ),
    Case(
        "ConvTranspose",
        constants=(w(4, 2, 3, 3),),
        attributes={"strides": [2, 2], "auto_pad": "SAME_UPPER"},
    ),
    Case("ConvTranspose", WORDS, (w(5, 2, 3),), {"dilations": [2], "strides": [2]}),
    Case("MaxPool", attributes={"kernel_shape": [2, 3]}),
    Case("MaxPool", attributes={"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 0, 1]}),
    Case("MaxPool", attributes={"kernel_shape": [2, 2], "dilations": [2, 3]}),
    Case("MaxPool", attributes={"kernel_shape": [2, 2], "strides": [2, 4], "ceil_mode": 1}),
    Case("MaxPool", attributes={"kernel_shape": [3, 2], "auto_pad": "SAME_UPPER"}),
    Case("MaxPool", WORDS, attributes={"kernel_shape": [3], "strides": [3], "ceil_mode": 1}),
    Case("AveragePool", attributes={"kernel_shape": [2, 3]}),
    *(
        Case(
            "AveragePool",
            attributes={
                "kernel_shape": [3, 2],
                "strides": [2, 3],
                "pads": [1, 0, 1, 1],
                "count_include_pad": included,
                "ceil_mode": ceil,
            },
            opset=opset,
        )
        for included in (0, 1)
        for ceil in (0, 1)
        for opset in (17, 19)
    ),
    *(
        Case(
            "AveragePool",
            attributes={
                "kernel_shape": [3, 3],
                "strides": [2, 2],
                "pads": [1, 0, 0, 0],
                "count_include_pad": included,
                "ceil_mode": 1,
            },
            opset=opset,
        )
        for included in (0, 1)
        for opset in (11, 17, 19, 22)
    ),
    Case(
        "AveragePool",
        attributes={"kernel_shape": [4, 3], "auto_pad": "SAME_LOWER", "count_include_pad": 1},
    ),
    Case("GlobalAveragePool"),
    Case("GlobalAveragePool", WORDS),
    Case("GlobalMaxPool"),
    Case("Reshape", constants=(i(0, -1, 6),)),
    Case("Reshape", constants=(i(1, 2, 2, 42),)),
    Case("Reshape", constants=(i(-1, 168),)),
    Case("Flatten"),
    Case("Transpose", attributes={"perm": [0, 2, 3, 1]}),
    Case("Squeeze", (1, 4, 1, 3), (i(2),)),
    Case("Squeeze", (1, 4, 1, 3), attributes={"axes": [-2]}, opset=11),
    Case("Unsqueeze", WORDS, (i(1, -1),)),
    Case("Unsqueeze", WORDS, attributes={"axes": [3]}, opset=11),
    Case("Slice", constants=(i(1, -5), i(3, 1 << 62), i(1, 2), i(1, 2))),
    Case("Slice", constants=(i(0, 1), i(4, 4))),
    Case("Slice", attributes={"starts": [1], "ends": [-1], "axes": [3]}, opset=9),
    Case("Pad", constants=(i(0, 0, 1, 2, 0, 0, 0, 1), np.float32(0.5))),
    Case("Pad", constants=(i(0, 0, -1, 0, 0, 0, 2, -2),)),
    Case("Pad", constants=(i(1, 2), np.float32(0.5), i(-1)), opset=18),
    Case("Pad", attributes={"pads": [0, 0, 1, 0, 0, 0, 0, 1], "value": 0.25}, opset=10),
    Case("Resize", constants=(f(0), np.asarray([1, 1, 2, 3], np.float32))),
    Case("Resize", constants=(f(0), f(0), i(1, 4, 14, 12))),
    *(
        Case(
            "Resize",
            constants=(f(0), np.asarray([1, 1, *scales], np.float32)),
            attributes={"coordinate_transformation_mode": mode, "nearest_mode": nearest},
        )
        for mode, nearest, scales in (
            ("asymmetric", "floor", (3, 2)),
            ("half_pixel", "round_prefer_ceil", (2, 3)),
            ("pytorch_half_pixel", "floor", (1, 0.5)),
            ("asymmetric", "ceil", (1, 0.5)),
        )
    ),
    Case("Upsample", constants=(np.asarray([1, 1, 2, 3], np.float32),), opset=9),
    Case("ReduceMean", attributes={"axes": [2, 3]}),
    Case("ReduceMean", attributes={"axes": [-1, 1], "keepdims": 0}),
    Case("ReduceMean", constants=(i(1),), opset=18),
    Case("ReduceSum", constants=(i(2, 3),), attributes={"keepdims": 0}),
    Case("ReduceSum", attributes={"axes": [1]}, opset=11),
    Case("ReduceMax", attributes={"axes": [1, 3], "keepdims": 0}),
    Case("ArgMax", attributes={"axis": 1}),
    Case("ArgMax", WORDS, attributes={"axis": -1, "keepdims": 0}),
    Case("ArgMin", attributes={"axis": 2}),
    Case("TopK", WORDS, (i(1),)),
    Case("TopK", WORDS, (i(1),), {"axis": 1}),
    *(Case(kind, WORDS, opset=17) for kind in ("Softmax", "LogSoftmax")),
    Case("Softmax", attributes={"axis": 1}),
    Case("Softmax", ROWS, opset=11),
    Case("Softmax", attributes={"axis": 2}, opset=11),
    Case("LogSoftmax", attributes={"axis": -1}, opset=12),
    Case("LayerNormalization", WORDS, (f(8), f(8))),
    Case("LayerNormalization", WORDS, (f(5, 8),), {"axis": 1, "epsilon": 0.1}),
    Case("RMSNormalization", WORDS, (f(8),), opset=23),
    Case("GroupNormalization", constants=(f(2), f(2)), attributes={"num_groups": 2}, opset=18),
    Case("GroupNormalization", constants=(f(4), f(4)), attributes={"num_groups": 2}, opset=21),
    Case("InstanceNormalization", constants=(f(4), f(4))),
    Case("DepthToSpace", attributes={"blocksize": 2}),
    Case("DepthToSpace", attributes={"blocksize": 2, "mode": "CRD"}),
    Case("SpaceToDepth", (1, 2, 6, 4), attributes={"blocksize": 2}),
    Case("Max", constants=(np.float32(0.25),)),
    Case("Min", constants=(np.float32(0.25), np.float32(1))),
    *(Case(kind, constants=(f(4, 1, 1), np.float32(-0.1))) for kind in ("Max", "Min")),
    Case("Mean", constants=(None, f(4, 1, 1))),
    Case("Dropout"),
    Case("Cast", attributes={"to": 1}),
    Case("Gather", constants=(i(2),), attributes={"axis": 1}),
    Case("Gather", constants=(np.asarray(-1),), attributes={"axis": 1}),
    Case("Gather", constants=(i(0, 2, 4),), attributes={"axis": 2}),
    Case("Gather", constants=(i(3, 0, 1),), attributes={"axis": 2}),
    Case("Expand", (1, 4, 1, 1), (i(1, 4, 3, 2),)),
    Case("Expand", (1, 4, 1), (i(5),)),
    Case("Tile", WORDS, (i(1, 2, 3),)),
    Case("Concat", constants=(None, None), attributes={"axis": 2}),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_operator_means_what_onnxruntime_says(case: Case, tmp_path: Path) -> None:
    constants = {f"c{k}": c for k, c in enumerate(case.constants) if c is not None}
    names = ["x" if c is None else f"c{k}" for k, c in enumerate(case.constants)]
    operands = ["x", *names] if case.first else [*names, "x"]
    if case.kind == "Resize":  # an empty constant stands for an operand that is left out
        operands = [n if n == "x" or np.size(constants[n]) else "" for n in operands]
    made = node(case.kind, operands, ["y"], **case.attributes)
    if case.kind == "TopK":
        made.output.append("index")
    path = saved(tmp_path, model([made], {"x": case.x}, constants, opset=case.opset))
    x = f(*case.x)
    (wanted,) = runtime(path, {"x": x})
    close(tercet(path, x)[0], wanted)


@pytest.mark.parametrize("kind", ["Add", "Sub", "Mul", "Div", "Max", "Min", "MatMul"])
def test_two_layers_meet(kind: str, tmp_path: Path) -> None:
    """Of unlike shapes, where numpy has a rule for it."""
    pooled = [
        node("Exp", ["x"], ["e"]),
        node("ReduceMean", ["e"], ["m"], axes=[3]),
        node(kind, ["x", "m"], ["y"]),
    ]
    crossed = [
        node("Exp", ["x"], ["e"]),
        node("Transpose", ["e"], ["t"], perm=[0, 1, 3, 2]),
        node("MatMul", ["x", "t"], ["y"]),
    ]
    path = saved(tmp_path, model(crossed if kind == "MatMul" else pooled, {"x": IMAGE}))
    x = f(*IMAGE)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


def test_split_gives_every_part(tmp_path: Path) -> None:
    parts = ["a", "b", "c"]
    for opset, constants, attributes in (
        (11, {}, {"axis": 1, "split": [1, 2, 1]}),
        (17, {"sizes": i(1, 2, 1)}, {"axis": 1}),
        (18, {}, {"axis": 3, "num_outputs": 3}),
    ):
        made = node("Split", ["x", *constants], parts, **attributes)
        proto = model([made], {"x": IMAGE}, constants, outputs=parts, opset=opset)
        path, x = saved(tmp_path, proto), f(*IMAGE)
        for found, wanted in zip(tercet(path, x), runtime(path, {"x": x}), strict=True):
            close(found, wanted)


def test_a_batch_that_is_open_or_fixed_is_any_batch(tmp_path: Path) -> None:
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "first"], ["n"]),
        node("Unsqueeze", ["n", "zero"], ["u"]),
        node("Concat", ["u", "rest"], ["t"], axis=0),
        node("Reshape", ["x", "t"], ["y"]),
    ]
    constants = {"first": np.asarray(0), "zero": i(0), "rest": i(-1)}
    for batch in ("N", 1, 3):
        path = saved(tmp_path, model(nodes, {"x": (batch, 4, 3)}, constants))
        x = f(5, 4, 3)
        close(tercet(path, x)[0], x.reshape(5, 12))


@pytest.mark.parametrize("form", ["after", "before", "inside", "silu", "mish"])
def test_an_activation_of_several_nodes_becomes_one(form: str, tmp_path: Path) -> None:
    root, half, one = np.float32(np.sqrt(2)), np.float32(0.5), np.float32(1)
    gate = [
        node("Div", ["x", "root"], ["d"]),
        node("Erf", ["d"], ["e"]),
        node("Add", ["e", "one"], ["g"]),
    ]
    tails = {
        "after": [*gate, node("Mul", ["x", "g"], ["m"]), node("Mul", ["m", "half"], ["y"])],
        "before": [*gate, node("Mul", ["x", "half"], ["m"]), node("Mul", ["m", "g"], ["y"])],
        "inside": [*gate, node("Mul", ["g", "half"], ["m"]), node("Mul", ["x", "m"], ["y"])],
        "silu": [node("Sigmoid", ["x"], ["s"]), node("Mul", ["x", "s"], ["y"])],
        "mish": [
            node("Softplus", ["x"], ["s"]),
            node("Tanh", ["s"], ["t"]),
            node("Mul", ["t", "x"], ["y"]),
        ],
    }
    constants: dict[str, Constant] = {"root": root, "half": half, "one": one}
    path = saved(tmp_path, model(tails[form], {"x": ROWS}, constants))
    x = f(*ROWS)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])
    assert function_names(path) == {form if form in ("silu", "mish") else "gelu"}


def function_names(path: Path) -> set[str]:
    from tercet.frontends import onnx as frontend
    from tercet.ir.module import steps_of
    from tercet.ops.real.function import Function

    steps = steps_of(frontend.load(frontend.read(path)))
    return {step.function.data for step in steps if isinstance(step, Function)}
