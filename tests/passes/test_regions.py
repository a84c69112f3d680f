"""What lies between integers and a quantizer becomes one operator, equal for every integer."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet import passes
from tercet.errors import UnsupportedError
from tercet.ir.families.real import ElementwiseOp, PairOp, real_tensor
from tercet.ir.host.boundary import entries_of
from tercet.ir.interval import Interval
from tercet.ir.module import build, inputs_of, ops_of
from tercet.ir.op import LayerOp
from tercet.ir.types import SI8, SI32, UI8, FloatArray, IntArray, dense, tensor, values_of
from tercet.ops.add import Add
from tercet.ops.linear import Linear
from tercet.ops.mul import Mul
from tercet.ops.pair_table import PairTable
from tercet.ops.real.add import RealAdd
from tercet.ops.real.affine import Affine
from tercet.ops.real.batch_norm import BatchNorm
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.function import Function
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.mul import RealMul
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.ops.requantize import Requantize
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.passes.pipeline.requantize import ends_of
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.regions.region import region_of
from tercet.passes.synthesis.certificate import certificates
from tercet.passes.synthesis.demands import demands_of_steps
from tercet_golden import integer

BYTE, SIGNED = Interval(0, 255), Interval(-128, 127)
Body = Callable[..., Sequence[LayerOp]]


def scalar(value: float) -> FloatArray:
    return np.asarray(value)


def entered(x: SSAValue, scale: float, zero: int = 0) -> tuple[Quantize, Dequantize]:
    """An input as ui8 and as the reals that it stands for."""
    q = Quantize(x, scalar(scale), zero, BYTE, UI8, layer="entry")
    return q, Dequantize(q.q, scalar(scale), zero, layer="entry")


def closed(x: SSAValue, scale: float, zero: int = 0, **how: str) -> tuple[Quantize, Dequantize]:
    q = Quantize(x, scalar(scale), zero, SIGNED, SI8, layer="end", **how)  # type: ignore[arg-type]
    return q, Dequantize(q.q, scalar(scale), zero, layer="end")


def of_two(combine: Callable[[SSAValue, SSAValue], Sequence[LayerOp]], out: float) -> ModuleOp:
    """quantize(combine(a, b)) of two inputs on unlike grids."""

    def body(x0: SSAValue, x1: SSAValue) -> Sequence[LayerOp]:
        a, b = entered(x0, 0.013, 7), entered(x1, 0.0291)
        steps = combine(a[1].x, b[1].x)
        return [*a, *b, *steps, *closed(steps[-1].results[0], out)]

    return build([real_tensor((1, 2)), real_tensor((1, 2))], body)


def every_pair() -> tuple[IntArray, IntArray]:
    a, b = np.indices((256, 256)).reshape(2, -1, 1)
    return np.repeat(a, 2, 1), np.repeat(b, 2, 1)


def proven(captured: ModuleOp) -> ModuleOp:
    module = passes.run(captured)
    assert not [found for c in certificates(module) if (found := check(c))]
    audited = audit(captured, module)
    assert not audited.findings
    assert audited.evaluated > 0
    return module


def difference(a: SSAValue, b: SSAValue) -> Sequence[LayerOp]:
    minus = Affine(b, scalar(-1), scalar(0), layer="f")
    return [minus, RealAdd(a, minus.y, layer="f")]


@pytest.mark.parametrize(
    ("combine", "ideal", "kind"),
    [
        (lambda a, b: [RealAdd(a, b, layer="f")], lambda a, b: a + b, Add),
        (lambda a, b: [s := RealAdd(a, b, layer="f"), Relu(s.y, layer="f")], None, Add),
        (difference, lambda a, b: a - b, Add),
        (lambda a, b: [RealMul(a, b, layer="f")], lambda a, b: a * b, Mul),
        (
            lambda a, b: [s := RealAdd(a, b, layer="f"), Function(s.y, "gelu", layer="f")],
            None,
            PairTable,
        ),
    ],
    ids=["sum", "relu of sum", "difference", "product", "gelu of sum"],
)  # fmt: skip
def test_two_tensors_become_one_operator_that_is_exact_for_every_pair(
    combine: Callable[[SSAValue, SSAValue], Sequence[LayerOp]],
    ideal: Callable[[FloatArray, FloatArray], FloatArray] | None,
    kind: type[LayerOp],
) -> None:
    module = proven(of_two(combine, 0.0417))
    last = ops_of(module)[-1]
    assert isinstance(last, kind)
    a, b = every_pair()
    *_, got = integer.run(module, a, b).values()
    assert len(np.unique(got)) > 50
    if ideal is not None:
        reals = [np.asarray(x, np.float64) for x in ((a - 7) * 0.013, b * 0.0291)]
        position = ideal(*reals) / 0.0417
        away = np.abs(position - np.floor(position) - 0.5) > 1e-9
        np.testing.assert_array_equal(got[away], np.clip(np.rint(position), -128, 127)[away])


def test_the_average_of_two_equal_grids_rounds_halves_to_even() -> None:
    def body(x0: SSAValue, x1: SSAValue) -> Sequence[LayerOp]:
        a, b = entered(x0, 0.5), entered(x1, 0.5)
        total = RealAdd(a[1].x, b[1].x, layer="f")
        half = Affine(total.y, scalar(1), scalar(0), scalar(2), layer="f")
        end = Quantize(half.y, scalar(0.5), 0, BYTE, UI8, layer="end")
        back = Dequantize(end.q, scalar(0.5), layer="end")
        return [*a, *b, total, half, end, back]

    module = proven(build([real_tensor((1, 2)), real_tensor((1, 2))], body))
    a, b = every_pair()
    *_, got = integer.run(module, a, b).values()
    np.testing.assert_array_equal(got, np.rint((a + b) / 2))


def test_a_sum_of_products_and_a_byte_are_added_with_one_rounding() -> None:
    """A residual around a layer whose sums nothing has quantized."""
    rng = np.random.default_rng(3)
    weight = rng.integers(-1, 2, (4, 4))

    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02, 100)
        sums = RealLinear(real.x, weight, rng.random(4) * 0.3 + 0.1, rng.random(4), layer="fc")
        total = RealAdd(sums.y, real.x, layer="f")
        return [q, real, sums, total, *closed(total.y, 0.05)]

    module = proven(build([real_tensor((1, 4))], body))
    assert isinstance(ops_of(module)[-1], Add)
    assert (
        len(np.unique(list(integer.run(module, rng.integers(0, 256, (500, 4))).values())[-1])) > 50
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("gelu", ()), ("silu", ()), ("hardswish", ()), ("threshold", (0.5, 0.9)), ("sigmoid", ())],
)
def test_a_function_of_sums_becomes_thresholds_that_fall_and_rise(
    name: str, parameters: Sequence[float]
) -> None:
    weight = np.ones((3, 30), np.int64)
    weight[1] = -1

    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.01, 128)
        sums = RealLinear(real.x, weight, np.array([0.1, 0.2, 0.05]), layer="fc")
        bent = Function(sums.y, name, parameters, layer="act")
        return [q, real, sums, bent, *closed(bent.y, 0.011, -20)]

    captured = build([real_tensor((1, 30))], body)
    module = proven(captured)
    op = ops_of(module)[-1]
    assert isinstance(op, Threshold)
    assert (op.directions is not None) == (name != "sigmoid")
    acc = np.arange(-3810, 3811)[:, None].repeat(3, 1)
    scale = np.array([0.1, 0.2, 0.05]) * 0.01
    steps = [op for op in captured.walk() if isinstance(op, Function)]
    position = steps[0].reference(acc * scale) / 0.011 - 20
    away = np.abs(position - np.floor(position) - 0.5) > 1e-9
    away &= np.abs(acc * scale - 0.5) > 1e-9  # where the threshold jumps
    want = np.clip(np.rint(position), -128, 127)
    np.testing.assert_array_equal(op.reference(acc)[away], want[away])


TWICE: dict[str, Callable[[SSAValue], Sequence[LayerOp]]] = {
    "y * sigmoid(y)": lambda y: [
        s := Function(y, "sigmoid", layer="f"),
        RealMul(y, s.y, layer="f"),
    ],
    "y + relu(-2 y)": lambda y: [
        n := Affine(y, scalar(-2), scalar(0), layer="f"),
        r := Relu(n.y, layer="f"),
        RealAdd(y, r.y, layer="f"),
    ],
    "y * y": lambda y: [RealMul(y, y, layer="f")],
    "y + relu(y)": lambda y: [r := Relu(y, layer="f"), RealAdd(y, r.y, layer="f")],
    "gelu(gelu(y))": lambda y: [
        g := Function(y, "gelu", layer="f"),
        Function(g.y, "gelu", layer="f"),
    ],
}


@pytest.mark.parametrize("name", TWICE)
def test_sums_that_two_branches_read_are_exact_for_every_sum(name: str) -> None:
    """Whether such a function turns is not known; it may never be taken for monotone."""
    weight = np.ones((2, 8), np.int64)

    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02, 128)
        sums = RealLinear(real.x, weight, np.array([0.1, 0.2]), np.array([0.1, -0.1]), layer="fc")
        steps = TWICE[name](sums.y)
        return [q, real, sums, *steps, *closed(steps[-1].results[0], 0.02)]

    captured = build([real_tensor((1, 8))], body)
    module = proven(captured)
    acc = np.arange(-1016, 1017)[:, None].repeat(2, 1)
    values = acc * 0.02 * np.array([0.1, 0.2]) + np.array([0.1, -0.1])
    known: dict[SSAValue, FloatArray] = {}
    for op in captured.walk():
        if isinstance(op, RealLinear):
            known[op.y] = values
        elif isinstance(op, ElementwiseOp | PairOp) and op.operands[0] in known:
            known[op.results[0]] = op.reference(*(known[x] for x in op.operands))
    (last,) = [v for v in known if any(isinstance(u.operation, Quantize) for u in v.uses)]
    position = known[last] / 0.02
    away = np.abs(position - np.floor(position) - 0.5) > 1e-9
    op = ops_of(module)[-1]
    got = op.reference(acc)
    np.testing.assert_array_equal(got[away], np.clip(np.rint(position), -128, 127)[away])


def test_sums_and_a_byte_under_a_function_that_turns_are_refused() -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02)
        sums = RealLinear(real.x, np.ones((4, 4), np.int64), scalar(0.1), layer="fc")
        minus = Affine(sums.y, scalar(-2), scalar(0), layer="f")
        bent = Relu(minus.y, layer="f")
        both = RealAdd(sums.y, bent.y, layer="f")
        total = RealAdd(both.y, real.x, layer="f")
        return [q, real, sums, minus, bent, both, total, *closed(total.y, 0.05)]

    with pytest.raises(
        UnsupportedError, match=r"^end: .* that may not be monotone; quantize the sums"
    ):
        passes.run(build([real_tensor((1, 4))], body))


def test_steps_along_a_function_that_turns_are_not_taken_for_all_of_it() -> None:
    """|a| + b, where a are the sums: whoever asks for its steps is told."""

    def body(x0: SSAValue, x1: SSAValue) -> Sequence[LayerOp]:
        a = Dequantize(x0, scalar(0.01), layer="a")
        b = Dequantize(x1, scalar(0.01), layer="b")
        minus = Affine(a.x, scalar(-2), scalar(0), layer="f")
        bent = Relu(minus.y, layer="f")
        both = RealAdd(a.x, bent.y, layer="f")
        total = RealAdd(both.y, b.x, layer="f")
        end, out = closed(total.y, 0.05)
        return [a, b, minus, bent, both, total, end, out]

    module = build([tensor((1, 2), SI32), tensor((1, 2), UI8)], body)
    region = region_of(ends_of(module)[0])
    sums = inputs_of(module)[0]
    known = [Interval(-1000, 1000) if leaf is sums else BYTE for leaf in region.leaves]
    with pytest.raises(
        UnsupportedError, match=r"^end: .* that may not be monotone; quantize the sums"
    ):
        demands_of_steps(region, *known)


def test_a_changed_weight_behind_the_last_quantizer_is_found() -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02)
        return [q, real, RealLinear(real.x, np.eye(4, dtype=np.int64), scalar(0.1), layer="fc")]

    captured = build([real_tensor((1, 4))], body)
    module = passes.run(captured)
    assert not audit(captured, module).findings
    op = next(op for op in ops_of(module) if isinstance(op, Linear))
    weight = op.matrix()
    weight[2, 2] = -1
    op.properties["weight"] = dense(weight, SI8)
    (finding,) = audit(captured, module).findings
    assert finding.message == "its tercet.linear is not the captured model's"


def test_a_batch_norm_of_both_signs_alone_on_a_byte_is_exact() -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02, 100)
        gain = np.array([[[1.5]], [[-0.7]], [[0.0]]])
        some = np.array([[[0.3]], [[0.1]], [[-0.2]]])
        norm = BatchNorm(real.x, gain, some, some, some**2, 1e-5, layer="bn")
        return [q, real, norm, *closed(norm.y, 0.05)]

    module = proven(build([real_tensor((1, 3, 2, 2))], body))
    assert isinstance(ops_of(module)[-1], Requantize | Table)


@pytest.mark.parametrize("rounding", ["floor", "ceil", "to_zero", "half_up", "sign"])
def test_every_way_to_round_is_exact(rounding: str) -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02, 100)
        sums = RealLinear(real.x, np.ones((2, 9), np.int64), scalar(0.25), layer="fc")
        clip = Interval(-1, 1) if rounding == "sign" else SIGNED
        end = Quantize(sums.y, scalar(0.125), 0, clip, SI8, layer="end", rounding=rounding)
        return [q, real, sums, end, Dequantize(end.q, scalar(0.125), layer="end")]

    proven(build([real_tensor((1, 9))], body))


def test_one_input_that_two_quantizers_read_has_two_entries() -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        a, b = entered(x, 0.01), entered(x, 0.03, 5)
        total = RealAdd(a[1].x, b[1].x, layer="f")
        return [*a, *b, total, *closed(total.y, 0.05)]

    module = proven(build([real_tensor((1, 4))], body))
    assert [(entry.zero_point, entry.source) for entry in entries_of(module)] == [(0, 0), (5, 0)]


def test_two_sums_of_products_are_not_added_without_a_quantizer() -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.02)
        ones = np.ones((4, 4), np.int64)
        first = RealLinear(real.x, ones, scalar(0.1), layer="one")
        second = RealLinear(real.x, ones, scalar(0.3), layer="two")
        total = RealAdd(first.y, second.y, layer="f")
        return [q, real, first, second, total, *closed(total.y, 0.05)]

    with pytest.raises(UnsupportedError, match=r"^end: combines two sums .*quantize one"):
        passes.run(build([real_tensor((1, 4))], body))


def test_a_changed_constant_of_a_pair_or_a_table_is_found() -> None:
    captured = of_two(lambda a, b: [RealAdd(a, b, layer="f")], 0.0417)
    module = passes.run(captured)
    op = next(op for op in ops_of(module) if isinstance(op, Add))
    op.properties["mul_a"] = dense(values_of(op.mul_a) + 3000, SI32)
    assert audit(captured, module).findings

    def body(x: SSAValue) -> Sequence[LayerOp]:
        q, real = entered(x, 0.01, 128)
        bent = Function(real.x, "tanh", layer="act")
        return [q, real, bent, *closed(bent.y, 0.011)]

    captured = build([real_tensor((1, 3))], body)
    module = passes.run(captured)
    table = next(op for op in ops_of(module) if isinstance(op, Table))
    rows = table.rows()
    rows[0, 77] += 1
    table.properties["table"] = dense(rows, SI8)
    (finding,) = audit(captured, module).findings
    assert finding.message.startswith("77 gives")
