"""Files that take integers: they are the entry, and the file itself, run on them, is equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto
from tests.helpers.onnx.graphs import Constant, model, node, saved
from xdsl.dialects.builtin import IntegerType

from tercet import passes
from tercet.errors import CaptureError, TercetError, UnsupportedError, UsageError
from tercet.frontends import onnx as frontend
from tercet.frontends.onnx import OnnxModel
from tercet.ir.host.boundary import entries_of, quantize_inputs, reals
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import tensor_type
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import file_golden
from tercet_golden.user_model.file_run import run

T = TensorProto
RNG = np.random.default_rng(5)
Shape = Sequence[int | str]


@dataclass(frozen=True)
class File:
    """A file that takes integers."""

    nodes: Sequence[NodeProto]
    element: int = T.UINT8
    shape: Shape = (1, 3, 6, 6)
    constants: Mapping[str, Constant] = field(default_factory=dict)
    opset: int = 17
    semantics: str = "ideal"
    domain: Interval | None = None
    """What the entry is to be; None: all that the type holds."""

    def read(self, folder: Path, input_type: str | None = None) -> OnnxModel:
        ir = 10 if self.opset > 17 else 8
        constants = {**CONSTANTS, **self.constants}
        used = {name for one in self.nodes for name in one.input}
        kept = {name: value for name, value in constants.items() if name in used}
        proto = model(
            self.nodes, {"x": self.shape}, kept, opset=self.opset, ir=ir, element=self.element
        )
        return frontend.read(saved(folder, proto), input_type=input_type)


def f32(value: float) -> np.float32:
    return np.float32(value)


# sums of two products stay below 2^15: ONNXRuntime's bytes saturate there on machines without VNNI
CONSTANTS: dict[str, Constant] = {
    "sx": f32(0.0078),
    "zx": np.uint8(121),
    "zs": np.int8(-3),
    "w": RNG.integers(-60, 61, (4, 3, 3, 3)).astype(np.int8),
    "sw": f32(0.02),
    "zw": np.int8(0),
    "so": f32(0.07),
    "zo": np.uint8(100),
    "v": RNG.integers(-60, 61, (8, 5)).astype(np.int8),
    "d": f32(255),
    "mean": np.array([0.48, 0.45, 0.41], np.float32).reshape(3, 1, 1),
    "deviation": np.array([0.22, 0.25, 0.23], np.float32).reshape(3, 1, 1),
    "sn": f32(0.019),
    "zn": np.int8(-5),
    "m": f32(0.000156),
}
CONV = [
    node("DequantizeLinear", ["w", "sw", "zw"], ["wd"]),
    node("Conv", ["xd", "wd"], ["c"]),
    node("QuantizeLinear", ["c", "so", "zo"], ["q"]),
    node("DequantizeLinear", ["q", "so", "zo"], ["y"]),
]
NORMALIZED = [
    node("Cast", ["x"], ["xf"], to=T.FLOAT),
    node("Div", ["xf", "d"], ["xn"]),
    node("Sub", ["xn", "mean"], ["xm"]),
    node("Div", ["xm", "deviation"], ["xo"]),
    node("QuantizeLinear", ["xo", "sn", "zn"], ["xq"]),
    node("DequantizeLinear", ["xq", "sn", "zn"], ["xd"]),
]
QCONV = ["x", "sx", "zx", "w", "sw", "zw", "so", "zo"]


def narrow(element: int) -> File:
    """Integers of fewer than 8 bits, through a product."""
    nodes = [
        node("DequantizeLinear", ["x", "sx"], ["xd"]),
        node("DequantizeLinear", ["v", "sw", "zw"], ["vd"]),
        node("MatMul", ["xd", "vd"], ["c"]),
        node("QuantizeLinear", ["c", "so", "zo"], ["q"]),
        node("DequantizeLinear", ["q", "so", "zo"], ["y"]),
    ]
    return File(nodes, element, (1, 8), opset=21)


FILES: dict[str, File] = {
    "a byte that is dequantized": File(
        [node("DequantizeLinear", ["x", "sx", "zx"], ["xd"]), *CONV],
    ),
    "a signed byte with a zero point": File(
        [node("DequantizeLinear", ["x", "sx", "zs"], ["xd"]), *CONV], T.INT8
    ),
    "rows of any number": File(
        [node("DequantizeLinear", ["x", "sx", "zx"], ["xd"]), *CONV], shape=("N", 3, 6, 6)
    ),
    "a batch of three": File(
        [node("DequantizeLinear", ["x", "sx", "zx"], ["xd"]), *CONV], shape=(3, 3, 6, 6)
    ),
    "QLinearConv": File([node("QLinearConv", QCONV, ["y"])]),
    "QLinearConv with a sign": File(
        [node("QLinearConv", ["x", "sx", "zs", *QCONV[3:6], "sn", "zn"], ["y"])], T.INT8
    ),
    "QLinearConv as ONNXRuntime": File([node("QLinearConv", QCONV, ["y"])], semantics="ort"),
    "QLinearMatMul as ONNXRuntime": File(
        [node("QLinearMatMul", ["x", "sx", "zx", "v", "sw", "zw", "so", "zo"], ["y"])],
        shape=(1, 8),
        semantics="ort",
    ),
    "ConvInteger, scaled": File(
        [
            node("ConvInteger", ["x", "w", "zx"], ["ci"]),
            node("Cast", ["ci"], ["cf"], to=T.FLOAT),
            node("Mul", ["cf", "m"], ["y"]),
        ]
    ),
    "the sums of ConvInteger": File([node("ConvInteger", ["x", "w", "zx"], ["y"])]),
    "the sums of MatMulInteger": File([node("MatMulInteger", ["x", "v"], ["y"])], shape=(1, 8)),
    "MatMulInteger of signed bytes": File(
        [node("MatMulInteger", ["x", "v", "zs"], ["y"])], T.INT8, shape=(1, 8)
    ),
    "bytes over 255": File(
        [
            node("Cast", ["x"], ["xf"], to=T.FLOAT),
            node("Div", ["xf", "d"], ["xn"]),
            node("QuantizeLinear", ["xn", "sx", "zb"], ["xq"]),
            node("DequantizeLinear", ["xq", "sx", "zb"], ["xd"]),
            *CONV,
        ],
        constants={"zb": np.uint8(0)},
    ),
    "bytes normalized by channel": File([*NORMALIZED, *CONV]),
    "16 bits normalized by channel": File([*NORMALIZED, *CONV], T.INT16),
    "32 bits before their quantizer": File([*NORMALIZED, *CONV], T.INT32),
    "16 bits that are dequantized": File(
        [node("DequantizeLinear", ["x", "small"], ["xd"]), *CONV],
        T.UINT16,
        opset=21,
        constants={"small": f32(0.0001)},
    ),
    "channels last": File(
        [
            node("Transpose", ["x"], ["xt"], perm=[0, 3, 1, 2]),
            node("DequantizeLinear", ["xt", "sx", "zx"], ["xd"]),
            *CONV,
        ],
        shape=(1, 6, 6, 3),
    ),
    "a crop that is pooled": File(
        [
            node("Slice", ["x", "from", "to", "axes"], ["xs"]),
            node("MaxPool", ["xs"], ["xp"], kernel_shape=[2, 2]),
            node("DequantizeLinear", ["xp", "sx", "zx"], ["xd"]),
            *CONV,
        ],
        shape=(1, 3, 9, 9),
        constants={"from": np.array([1, 1]), "to": np.array([8, 9]), "axes": np.array([2, 3])},
    ),
    "integers that a Cast makes wider": File(
        [
            node("Cast", ["x"], ["xw"], to=T.INT32),
            node("Cast", ["xw"], ["xf"], to=T.FLOAT),
            node("Mul", ["xf", "sx"], ["xn"]),
            node("QuantizeLinear", ["xn", "sn", "zn"], ["xq"]),
            node("DequantizeLinear", ["xq", "sn", "zn"], ["xd"]),
            *CONV,
        ]
    ),
    "a sequence": File(
        [
            node("DequantizeLinear", ["x", "sx", "zx"], ["xd"]),
            node("DequantizeLinear", ["v", "sw", "zw"], ["vd"]),
            node("MatMul", ["xd", "vd"], ["c"]),
            node("QuantizeLinear", ["c", "so", "zo"], ["q"]),
            node("DequantizeLinear", ["q", "so", "zo"], ["y"]),
        ],
        shape=(1, 4, 8),
    ),
    "four bits": narrow(T.UINT4),
    "four bits with a sign": narrow(T.INT4),
    "rows of an embedding": File(
        [node("DequantizeLinear", ["v", "sw", "zw"], ["vd"]), node("Gather", ["vd", "x"], ["y"])],
        T.INT32,
        shape=(1, 6),
        domain=Interval(0, 7),
    ),
    "rows of an embedding, by a part of 64 bits": File(
        [
            node("Slice", ["x", "from", "to", "axes"], ["xs"]),
            node("DequantizeLinear", ["v", "sw", "zw"], ["vd"]),
            node("Gather", ["vd", "xs"], ["y"]),
        ],
        T.INT64,
        shape=(1, 6),
        constants={"from": np.array([1]), "to": np.array([5]), "axes": np.array([1])},
        domain=Interval(0, 7),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_integers_go_in_as_they_are_and_the_file_is_equal(name: str, tmp_path: Path) -> None:
    file = FILES[name]
    read = file.read(tmp_path)
    captured = frontend.load(read, file.semantics)
    module = passes.run(captured)
    (entry,) = entries_of(module)
    given = read.inputs[0].element
    assert isinstance(given, IntegerType)
    assert entry.clip == (file.domain or Interval.of(given))
    assert entry.integers
    drawn = vectors.make(module, (), 40, 7).xs
    np.testing.assert_array_equal(quantize_inputs(module, *drawn)[0], drawn[0])
    golden = integer.run(module, *drawn)
    assert not [found for one in certificates(module) if (found := check(one))]
    assert not audit(captured, module).findings
    assert compare(golden, onnxruntime_golden.run(module, *drawn)).passed
    judged, _ = file_golden.compare(read, captured, module, drawn, golden)
    assert judged.passed, judged.first
    assert len(judged.explained) <= 0.001 * judged.compared


@pytest.mark.parametrize("name", [n for n in FILES if "Integer" in n or "QLinear" in n])
def test_what_a_file_of_integers_returns_is_equal_to_the_last_bit(
    name: str, tmp_path: Path
) -> None:
    file = FILES[name]
    read = file.read(tmp_path)
    module = passes.run(frontend.load(read, file.semantics))
    drawn = vectors.make(module, (), 60, 3).xs
    golden = integer.run(module, *drawn)
    last = [golden[value_names(module)[value]] for value in outputs_of(module)]
    (found,), wanted = reals(module, *last), run(read, drawn, ["y"])["y"]
    assert np.unique(wanted).size > 20
    np.testing.assert_array_equal(np.asarray(found, wanted.dtype), wanted)


def test_an_output_of_integers_is_no_function_of_the_host(tmp_path: Path) -> None:
    """What QLinearConv returns leaves as it is."""
    module = passes.run(frontend.load(FILES["QLinearConv"].read(tmp_path)))
    (output,) = outputs_of(module)
    whole = np.arange(8)
    (found,) = reals(module, whole)
    assert found is whole
    assert str(tensor_type(output).element_type) == "ui8"


def test_one_input_of_bytes_and_one_of_floats(tmp_path: Path) -> None:
    nodes = [
        node("DequantizeLinear", ["x", "sx", "zx"], ["xd"]),
        node("QuantizeLinear", ["z", "sn", "zn"], ["zq"]),
        node("DequantizeLinear", ["zq", "sn", "zn"], ["zd"]),
        node("Add", ["xd", "zd"], ["c"]),
        node("QuantizeLinear", ["c", "so", "zo"], ["q"]),
        node("DequantizeLinear", ["q", "so", "zo"], ["y"]),
    ]
    used = {name for one in nodes for name in one.input}
    constants = {name: value for name, value in CONSTANTS.items() if name in used}
    proto = model(nodes, {"x": ("N", 8), "z": ("N", 8)}, constants)
    proto.graph.input[0].type.tensor_type.elem_type = T.UINT8
    read = frontend.read(saved(tmp_path, proto))
    captured = frontend.load(read)
    module = passes.run(captured)
    assert [entry.integers for entry in entries_of(module)] == ["uint8", ""]
    drawn = vectors.make(module, (), 40, 7).xs
    judged, _ = file_golden.compare(read, captured, module, drawn, integer.run(module, *drawn))
    assert judged.passed, judged.first


def test_an_input_that_two_quantizers_read_is_one_input_of_the_file(tmp_path: Path) -> None:
    """Its integers for both come from the same reals."""
    nodes = [
        node("QuantizeLinear", ["x", "sx", "zx"], ["a"]),
        node("DequantizeLinear", ["a", "sx", "zx"], ["ad"]),
        node("QuantizeLinear", ["x", "sn", "zn"], ["b"]),
        node("DequantizeLinear", ["b", "sn", "zn"], ["bd"]),
        node("Add", ["ad", "bd"], ["c"]),
        node("QuantizeLinear", ["c", "so", "zo"], ["q"]),
        node("DequantizeLinear", ["q", "so", "zo"], ["y"]),
    ]
    used = {name for one in nodes for name in one.input}
    constants = {name: value for name, value in CONSTANTS.items() if name in used}
    read = frontend.read(saved(tmp_path, model(nodes, {"x": ("N", 8)}, constants)))
    captured = frontend.load(read)
    module = passes.run(captured)
    assert [entry.source for entry in entries_of(module)] == [0, 0]
    drawn = vectors.make(module, (), 40, 7).xs
    judged, _ = file_golden.compare(read, captured, module, drawn, integer.run(module, *drawn))
    assert judged.passed, judged.first


@pytest.mark.parametrize(
    ("name", "input_type", "domain"),
    [
        ("a byte that is dequantized", "UINT8", Interval(0, 255)),
        ("a byte that is dequantized", "UINT4", Interval(0, 15)),
        ("a signed byte with a zero point", "INT4", Interval(-8, 7)),
        ("32 bits before their quantizer", "UINT8", Interval(0, 255)),
        ("rows of an embedding", "UINT2", Interval(0, 7)),
    ],
)
def test_the_user_may_say_that_fewer_integers_occur(
    name: str, input_type: str, domain: Interval, tmp_path: Path
) -> None:
    module = passes.run(frontend.load(FILES[name].read(tmp_path, input_type)))
    assert entries_of(module)[0].clip == domain


@pytest.mark.parametrize(
    ("input_type", "said"),
    [
        ("INT8", r"holds integers in \[0, 255\], which INT8 contradicts"),
        ("UINT16", r"which UINT16 contradicts"),
        ("UINT8:0.5", r"integers need no step"),
        ("UINT8:1:128", r"and no zero point"),
        ("FIXED<8,4>", r"contradicts"),
    ],
)
def test_an_input_type_that_contradicts_the_file_is_refused(
    input_type: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        FILES["a byte that is dequantized"].read(tmp_path, input_type)


def test_a_note_of_the_file_that_contradicts_it_is_refused(tmp_path: Path) -> None:
    FILES["a byte that is dequantized"].read(tmp_path)
    proto = onnx.load(tmp_path / "model.onnx")
    note = proto.graph.quantization_annotation.add(tensor_name="x")
    note.quant_parameter_tensor_names.add(key="finn_datatype", value="INT8")
    with pytest.raises(CaptureError, match="INT8 contradicts"):
        frontend.read(saved(tmp_path, proto))


@pytest.mark.parametrize("element", [T.INT64, T.UINT32, T.UINT64])
def test_integers_wider_than_ours_are_named_with_the_way_out(element: int, tmp_path: Path) -> None:
    file = File([*NORMALIZED, *CONV], element)
    with pytest.raises(UnsupportedError, match=r"the input x holds integers of \d\d bits.*UINT8"):
        passes.run(frontend.load(file.read(tmp_path)))
    module = passes.run(frontend.load(file.read(tmp_path, "UINT8")))
    assert str(tensor_type(inputs_of(module)[0]).element_type) == "ui8"


def test_integers_that_are_none_of_the_input_are_refused(tmp_path: Path) -> None:
    module = passes.run(frontend.load(FILES["QLinearConv"].read(tmp_path)))
    with pytest.raises(TercetError, match=r"x: holds \[0, 256\]; wanted integers in \[0, 255\]"):
        quantize_inputs(module, np.arange(257)[:, None, None, None] * np.ones((3, 6, 6), np.int64))


def test_a_tie_of_bytes_less_a_zero_point_is_explained(tmp_path: Path) -> None:
    """What the reference makes of bytes does not wrap around: a tie's place is known."""
    nodes = [
        node("DequantizeLinear", ["x", "s", "zx"], ["xd"]),
        node("DequantizeLinear", ["w", "sw", "zw"], ["wd"]),
        node("Conv", ["xd", "wd"], ["c"]),
        node("QuantizeLinear", ["c", "so", "zo"], ["y"]),
    ]
    ties: dict[str, Constant] = {"s": f32(0.02), "sw": f32(0.01), "so": f32(0.1)}
    read = File(nodes, constants=ties).read(tmp_path)
    captured = frontend.load(read)
    module = passes.run(captured)
    drawn = vectors.make(module, (), 60, 7).xs
    judged, _ = file_golden.compare(read, captured, module, drawn, integer.run(module, *drawn))
    assert judged.passed, judged.first
    assert judged.explained
