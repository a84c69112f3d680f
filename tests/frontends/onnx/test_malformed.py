"""A file that breaks a rule is answered by one sentence, soon and without taking memory."""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests.helpers.onnx.broken import Damage, answer, attribute, constant, of_kind, sound
from tests.helpers.onnx.graphs import model, node, saved

from tercet.errors import TercetError, UsageError
from tercet.frontends import onnx as frontend

SECONDS, BYTES = 5, 400 << 20
"""What one answer may take."""


@pytest.fixture
def bounded() -> Callable[[], None]:
    """Call it at the end: the test took little time and memory."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def check() -> None:
        taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert time.monotonic() - start < SECONDS
        assert taken * 1024 < BYTES

    return check


def test_the_sound_file_is_taken(tmp_path: Path) -> None:
    assert answer(saved(tmp_path, sound())) is None


def rename(name: str, new: str) -> Damage:
    def damage(proto: onnx.ModelProto) -> None:
        constant(proto, name).name = new

    return damage


def of_constant(name: str, values: object) -> Damage:
    def damage(proto: onnx.ModelProto) -> None:
        old = constant(proto, name)
        old.CopyFrom(numpy_helper.from_array(np.asarray(values), name))

    return damage


def dims(name: str, *extents: int) -> Damage:
    def damage(proto: onnx.ModelProto) -> None:
        del constant(proto, name).dims[:]
        constant(proto, name).dims.extend(extents)

    return damage


def attr(kind: str, name: str, value: object) -> Damage:
    return lambda proto: attribute(proto, kind, name, value)


def operand(kind: str, place: int, name: str) -> Damage:
    def damage(proto: onnx.ModelProto) -> None:
        of_kind(proto, kind).input[place] = name

    return damage


def extent(place: int, value: int | str) -> Damage:
    def damage(proto: onnx.ModelProto) -> None:
        found = proto.graph.input[0].type.tensor_type.shape.dim[place]
        if isinstance(value, str):
            found.dim_param = value
        else:
            found.dim_value = value

    return damage


def swapped(proto: onnx.ModelProto) -> None:
    nodes = list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend(reversed(nodes))


def expanded(proto: onnx.ModelProto) -> None:
    """A constant of 2^45 elements out of a few bytes."""
    shape = numpy_helper.from_array(np.asarray([1 << 15] * 3), "huge")
    proto.graph.initializer.append(shape)
    proto.graph.node.insert(0, node("ConstantOfShape", ["huge"], ["k2"]))
    of_kind(proto, "Mul").input[1] = "k2"


def dynamic(proto: onnx.ModelProto) -> None:
    found = of_kind(proto, "QuantizeLinear")
    found.op_type = "DynamicQuantizeLinear"
    del found.input[1:]
    found.output.extend(["qs", "qz"])


DAMAGE: dict[str, tuple[Damage, str]] = {
    "cycle": (operand("Relu", 0, "y"), "cycle|waits for its own result"),
    "itself": (operand("Relu", 0, "r"), "waits for its own result"),
    "order": (swapped, "sort the nodes"),
    "undefined input": (operand("Relu", 0, "nowhere"), "Relu_r: takes 'nowhere'"),
    "lost initializer": (rename("w2", "w3"), "Gemm_g: takes 'w2'"),
    "twice the same constant": (rename("w2", "b2"), "two constants are called 'b2'"),
    "two nodes with one result": (
        lambda p: of_kind(p, "Relu").output.__setitem__(0, "n"),
        "'n' is made twice",
    ),
    "unknown domain": (lambda p: setattr(of_kind(p, "Relu"), "domain", "my.ops"), "'my.ops'"),
    "unknown operator": (lambda p: setattr(of_kind(p, "Relu"), "op_type", "Rleu"), "Rleu"),
    "unsupported operator": (lambda p: setattr(of_kind(p, "Relu"), "op_type", "Det"), "Det"),
    "no operators' version": (lambda p: p.ClearField("opset_import"), "version 0"),
    "too old": (lambda p: setattr(p.opset_import[0], "version", 7), "version 7.*8 to 25"),
    "too new": (lambda p: setattr(p.opset_import[0], "version", 26), "version 26.*8 to 25"),
    "IR too new": (lambda p: setattr(p, "ir_version", 14), "IR version 14"),
    "IR too old": (lambda p: setattr(p, "ir_version", 2), "IR version 2"),
    "no graph": (lambda p: p.ClearField("graph"), "no"),
    "no output": (lambda p: p.graph.ClearField("output"), "no output"),
    "output of nothing": (
        lambda p: setattr(p.graph.output[0], "name", "nowhere"),
        "no node makes its output 'nowhere'",
    ),
    "no input": (lambda p: p.graph.ClearField("input"), "has inputs none"),
    "open shape": (extent(2, "H"), r"input x: has shape \(N, 2, H, 4\).*extents fixed"),
    "huge dimension": (extent(2, 1 << 31), "input x: .* elements"),
    "absurd dimension": (extent(2, (1 << 63) - 1), "input x: .* elements"),
    "scale NaN": (of_constant("s", np.float32(np.nan)), "Quant_a: its scale holds NaN"),
    "scale inf": (of_constant("s", np.float32(np.inf)), "Quant_a: its scale holds NaN or inf"),
    "scale zero": (of_constant("s", np.float32(0)), "Quant_a: its scale is 0"),
    "scale negative": (of_constant("s", np.float32(-1)), "Quant_a: its scale is -1"),
    "scale denormal": (of_constant("s", np.float32(1e-40)), "Quant_a: its scale is"),
    "channel scale zero": (
        of_constant("sw", np.asarray([1, 0, 1, 1], np.float32)),
        "DequantizeLinear_w: its scale is 0",
    ),
    "too few scales": (of_constant("sw", np.ones(3, np.float32)), "DequantizeLinear_w: scales"),
    "bias NaN": (of_constant("b2", np.full(3, np.nan, np.float32)), "Gemm_g: its bias holds NaN"),
    "float weights": (of_constant("w2", np.full((3, 16), 0.3, np.float32)), "quantize_static"),
    "wide weights": (of_constant("w2", np.full((3, 16), 200, np.float32)), "more than 8 bits"),
    "wrong columns": (of_constant("w2", np.ones((3, 15), np.float32)), "Gemm_g: .*15 columns"),
    "wrong channels": (of_constant("w1", np.ones((4, 3, 3, 3), np.int8)), "Conv_c: .*3 channels"),
    "variance below zero": (of_constant("gain", -np.ones(4, np.float32)), "BatchNorm.*variance"),
    "too much data": (dims("w2", 3, 15), "does not hold"),
    "too little data": (dims("w2", 3, 17), "does not hold"),
    "2 GB constant": (dims("w2", 1 << 31), "elements"),
    "product overflows": (dims("w2", 1 << 32, 1 << 32), "elements"),
    "negative extent": (dims("w2", -3, 16), "shape"),
    "many axes": (dims("w2", *[1] * 100), "shape"),
    "type unknown": (lambda p: setattr(constant(p, "w2"), "data_type", 99), "type 99"),
    "type text": (lambda p: setattr(constant(p, "w2"), "data_type", 8), "type 8"),
    "no stride": (attr("MaxPool", "strides", [0, 0]), "MaxPool_p: .*window"),
    "huge stride": (attr("MaxPool", "strides", [1 << 40, 1]), "MaxPool_p: .*window"),
    "huge window": (attr("MaxPool", "kernel_shape", [1 << 40, 1]), "MaxPool_p: .*window"),
    "large window": (attr("MaxPool", "kernel_shape", [5, 5]), "MaxPool_p: .*larger"),
    "negative pads": (attr("Conv", "pads", [-1, 1, 1, 1]), "Conv_c: pads"),
    "huge pads": (attr("Conv", "pads", [1 << 50, 1, 1, 1]), "Conv_c: pads"),
    "large pads": (attr("Conv", "pads", [1 << 12, 1 << 12, 1, 1]), "Conv_c: .*elements"),
    "three pads": (attr("Conv", "pads", [1, 1, 1]), "Conv_c: pads"),
    "auto_pad": (attr("Conv", "auto_pad", "SOME"), "Conv_c: auto_pad 'SOME'"),
    "groups": (attr("Conv", "group", 0), "Conv_c: 0 groups"),
    "unknown attribute": (attr("Relu", "slope", 1), "Relu_r: .*no attribute 'slope'"),
    "attribute of another type": (attr("Gemm", "alpha", 1), "Gemm_g: attribute alpha"),
    "attribute lost": (lambda p: of_kind(p, "Concat").ClearField("attribute"), "without axis"),
    "operand lost": (operand("Conv", 1, ""), "Conv_c: Conv without operand W"),
    "operands lost": (lambda p: of_kind(p, "Conv").input.__delitem__(slice(1, 3)), "operands"),
    "operands too many": (lambda p: of_kind(p, "Relu").input.append("x"), "2 operands"),
    "axis": (attr("Gather", "axis", 3), "Gather_batch: axis 3"),
    "shape too large": (of_constant("rest", np.asarray([17])), "Reshape_f: .*sizes differ"),
    "moves the batch": (of_constant("rest", np.asarray([2, 8])), "."),
    "huge expansion": (expanded, "ConstantOfShape_k2: .*elements"),
    "input of text": (
        lambda p: setattr(p.graph.input[0].type.tensor_type, "elem_type", 8),
        "input x: is no tensor of numbers",
    ),
    "constant output": (
        lambda p: setattr(p.graph.output[0], "name", "k"),
        "output 'k' is a constant",
    ),
    "dynamic quantization": (dynamic, "quantize statically"),
    "function": (
        lambda p: p.functions.append(
            helper.make_function("d", "fn", ["x"], ["x"], [], [helper.make_opsetid("", 17)])
        ),
        "inline",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_answered_by_a_sentence(
    name: str, tmp_path: Path, bounded: Callable[[], None]
) -> None:
    damage, said = DAMAGE[name]
    proto = sound()
    damage(proto)
    path = saved(tmp_path, proto)
    with pytest.raises(TercetError, match=said):
        frontend.load(frontend.read(path))
    assert answer(path) is not None
    bounded()


def test_every_truncation_is_answered(tmp_path: Path, bounded: Callable[[], None]) -> None:
    whole = sound().SerializeToString()
    path = tmp_path / "cut.onnx"
    for length in [*range(0, len(whole), 11), len(whole) - 1]:
        path.write_bytes(whole[:length])
        assert answer(path) is not None, f"{length} bytes were taken"
    bounded()


def test_two_hundred_flipped_bits_are_answered_or_harmless(tmp_path: Path) -> None:
    whole = sound().SerializeToString()
    rng, path, answers = np.random.default_rng(1), tmp_path / "flipped.onnx", set[str]()
    for _ in range(200):
        bits = np.frombuffer(whole, np.uint8).copy()
        bits[rng.integers(bits.size)] ^= 1 << rng.integers(8)
        path.write_bytes(bits.tobytes())
        start = time.monotonic()
        answers.add(answer(path) or "")
        assert time.monotonic() - start < SECONDS
    assert len(answers) > 30, "the flips hit nothing"


@pytest.mark.parametrize("content", [b"", b"\0", b"hello", b"\x08\x08", b"\xff" * 1000])
def test_what_is_no_onnx_file_is_answered(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no.onnx"
    path.write_bytes(content)
    assert str(path) in (answer(path) or "")


def test_a_missing_file_and_a_folder_are_answered(tmp_path: Path) -> None:
    assert "no such file" in (answer(tmp_path / "none.onnx") or "")
    assert "no such file" in (answer(tmp_path) or "")


def test_a_file_too_large_is_not_read(tmp_path: Path, bounded: Callable[[], None]) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    assert "external data" in (answer(path) or "")
    bounded()


def test_constants_do_not_multiply(tmp_path: Path, bounded: Callable[[], None]) -> None:
    """Each node doubles its operand: 2^60 elements if nobody counted."""
    nodes = [node("Concat", [f"c{i}", f"c{i}"], [f"c{i + 1}"], axis=0) for i in range(60)]
    nodes.append(node("Add", ["x", "c60"], ["y"]))
    proto = model(nodes, {"x": (1, 4)}, {"c0": np.ones(4, np.float32)})
    assert "elements" in (answer(saved(tmp_path, proto)) or "")
    bounded()


def test_a_long_chain_is_no_recursion(tmp_path: Path) -> None:
    nodes = [node("Neg", ["x"], ["c0"])]
    nodes += [node("Mul", [f"c{i}", "k"], [f"c{i + 1}"]) for i in range(3000)]
    nodes.append(node("Mul", ["c3000", "c2999"], ["y"]))
    proto = model(nodes, {"x": (1, 4)}, {"k": np.float32(1)})
    assert answer(saved(tmp_path, proto)) is None


def test_a_shape_that_is_open_is_given(tmp_path: Path) -> None:
    proto = sound()
    extent(2, "H")(proto)
    extent(3, "W")(proto)
    path = saved(tmp_path, proto)
    assert frontend.read(path, (1, 2, 4, 4)).shapes == {"x": (1, 2, 4, 4)}
    assert frontend.read(path, {"x": (1, 2, 4, 4)}).shapes == {"x": (1, 2, 4, 4)}
    for wrong in ((1, 3, 4, 4), (1, 2, 4), {"u": (1, 2, 4, 4)}, (1, 2, 0, 4)):
        with pytest.raises(UsageError):
            frontend.read(path, wrong)


def external(folder: Path, **changed: str) -> Path:
    """The sound file with its last weights in weights.bin, or where `changed` says."""
    proto = sound()
    stored = constant(proto, "w2")
    (folder / "weights.bin").write_bytes(b"\0" * 64 + stored.raw_data)
    entries = {"location": "weights.bin", "offset": "64", "length": str(len(stored.raw_data))}
    stored.ClearField("raw_data")
    stored.data_location = TensorProto.EXTERNAL
    for key, value in {**entries, **changed}.items():
        stored.external_data.add(key=key, value=value)
    return saved(folder, proto)


def test_external_data_are_read(tmp_path: Path) -> None:
    whole = frontend.load(frontend.read(saved(tmp_path, sound())))
    assert str(frontend.load(frontend.read(external(tmp_path)))) == str(whole)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"location": "lost.bin"}, "lost.bin is missing"),
        ({"location": "../weights.bin"}, "outside the model's folder"),
        ({"location": "/etc/passwd"}, "outside the model's folder"),
        ({"location": ""}, "name no file"),
        ({"length": "12"}, "have 12 bytes"),
        ({"offset": "65"}, "ends before byte"),
        ({"offset": "-1"}, "wanted a number"),
        ({"offset": "9" * 40}, "wanted a number"),
    ],
)
def test_broken_external_data_are_answered(
    changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    assert said in (answer(external(tmp_path, **changed)) or "")
