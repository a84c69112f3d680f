"""Samples out of a file: by name, in the kinds and shapes of the inputs, or one sentence."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from tercet import frontends
from tercet.errors import CaptureError
from tercet.frontends import Model, with_samples

X, Y = np.random.default_rng(1).random((9, 1, 4)), np.arange(9) % 3


class One(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        return image


class Two(nn.Module):
    def forward(self, left: Tensor, index: Tensor) -> Tensor:
        return left + index


class Any2(nn.Module):
    def forward(self, *xs: Tensor) -> Tensor:
        return xs[0] + xs[1]


ROW, INDEX = torch.zeros(1, 1, 4), torch.zeros(1, 2, dtype=torch.int64)
ONE = Model("one", One(), (ROW,), (np.zeros((0, 1, 4)),))
TWO = Model("two", Two(), (ROW, INDEX), ())


def stored(path: Path, **arrays: Any) -> Path:
    np.savez(path, allow_pickle=True, **arrays)
    return path


@pytest.mark.parametrize("name", ["x", "image"])
def test_the_only_input_is_x_or_has_its_own_name(tmp_path: Path, name: str) -> None:
    path = stored(tmp_path / "d.npz", **{name: X}, y=Y, more=np.zeros(3))
    found = with_samples(ONE, path)
    assert (found.origin, found.source) == ("real", str(path))
    assert list(found.labels) == Y.tolist()
    np.testing.assert_array_equal(found.samples[0], X.astype(np.float32).astype(np.float64))


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.float16, np.float32, np.float64])
def test_numbers_of_every_kind_become_reals_of_the_same_value(tmp_path: Path, kind: type) -> None:
    x: Any = np.arange(8).reshape(2, 1, 4).astype(kind)
    (found,) = with_samples(ONE, stored(tmp_path / "d.npz", x=x)).samples
    assert found.dtype == np.float64
    assert found.ravel().tolist() == list(range(8))


def test_an_npy_is_the_only_input(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", X)
    assert len(with_samples(ONE, tmp_path / "d.npy").samples[0]) == 9


@pytest.mark.parametrize(("module", "names"), [(Two(), ("left", "index")), (Any2(), ("x0", "x1"))])
def test_several_inputs_are_told_apart_by_name(
    tmp_path: Path, module: nn.Module, names: tuple[str, str]
) -> None:
    index = np.arange(18).reshape(9, 2)
    path = stored(tmp_path / "d.npz", **dict(zip(names, (X, index), strict=True)))
    first, second = with_samples(replace(TWO, module=module), path).samples
    assert first.shape == X.shape
    assert second.dtype == np.int64
    np.testing.assert_array_equal(second, index)


def test_an_input_called_y_is_no_class(tmp_path: Path) -> None:
    class Named(nn.Module):
        def forward(self, y: Tensor) -> Tensor:
            return y

    model = replace(ONE, module=Named())
    assert with_samples(model, stored(tmp_path / "d.npz", y=X)).labels == ()


def onnx_model(folder: Path) -> str:
    shapes = {"image:0": [1, 4], "mask": [1, 2]}
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 6])
    join = helper.make_node("Concat", ["image:0", "mask"], ["out"], axis=1)
    graph = helper.make_graph([join], "g", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, folder / "net.onnx")
    return str(folder / "net.onnx")


def test_the_inputs_of_a_file_have_the_names_in_the_file(tmp_path: Path) -> None:
    model = frontends.resolve(onnx_model(tmp_path))
    arrays = {"image:0": X[:, 0], "mask": X[:, 0, :2]}
    path = stored(tmp_path / "d.npz", **arrays, y=Y)
    found = with_samples(model, path)
    assert [x.shape for x in found.samples] == [(9, 4), (9, 2)]
    assert list(found.labels) == Y.tolist()
    with pytest.raises(CaptureError, match="holds mask; wanted one for each input, image:0 too"):
        with_samples(model, stored(tmp_path / "e.npz", mask=X[:, 0, :2]))


NET = "from torch import nn\n\ndef net():\n    return nn.Linear(4, 2)\n"


def test_the_file_beside_a_model_is_found_and_that_for_it_alone_comes_first(
    tmp_path: Path,
) -> None:
    (tmp_path / "net.py").write_text(NET)
    model = frontends.resolve(f"{tmp_path}/net.py:net")
    assert with_samples(model, None) is model
    assert len(model.samples[0]) == 0, "noise that stands in for an example is no sample"
    common = stored(tmp_path / "samples.npz", x=X[:, 0])
    assert with_samples(model, None).source == str(common)
    own = stored(tmp_path / "net_samples.npz", x=X[:2, 0])
    assert with_samples(model, None).source == str(own)
    given = stored(tmp_path / "given.npz", x=X[:3, 0])
    assert with_samples(model, given).source == str(given)
    file = frontends.resolve(onnx_model(tmp_path))
    stored(own, **{"image:0": X[:, 0], "mask": X[:, 0, :2]})
    assert with_samples(file, None).source == str(own)


def test_a_bad_file_beside_a_model_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET)
    stored(tmp_path / "samples.npz", x=X)
    with pytest.raises(CaptureError, match=r"wants \(4,\) \(it lies beside the model; give"):
        with_samples(frontends.resolve(f"{tmp_path}/net.py:net"), None)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no x": ({"z": X}, "holds z; wanted an array called x"),
    "nothing": ({}, "holds nothing; wanted an array called x"),
    "another shape": ({"x": X[:, :, :3]}, r"x has rows of shape \(1, 3\); the model's input wants"),
    "no batch": ({"x": X[0]}, r"that of one input; put the batch first, as x\[None\]"),
    "one number": ({"x": np.float32(3)}, r"x has rows of shape \(\)"),
    "no rows": ({"x": X[:0]}, "x has no rows"),
    "complex": ({"x": X + 1j}, "x holds complex128; wanted numbers"),
    "bools": ({"x": X > 0}, "x holds bool; wanted numbers"),
    "words": ({"x": X.astype(str)}, "x holds <U32; wanted numbers"),
    "a record": ({"x": np.zeros(3, [("a", "f4")])}, "wanted numbers"),
    "nan": ({"x": np.where(np.arange(4) == 2, np.nan, X)}, r"x\[0, 0, 2\] is nan"),
    "inf": ({"x": np.where(X[3, 0, 1] == X, -np.inf, X)}, r"x\[3, 0, 1\] is -inf"),
    "beyond float32": ({"x": X * 1e300}, r"x\[0, 0, 0\] is .*e\+\d+; wanted finite float32"),
    "objects": ({"x": np.array([{}])}, "holds pickled objects, which could run any program"),
    "y too short": ({"x": X, "y": Y[:4]}, r"y is int64 of shape \(4,\); wanted one whole number"),
    "y of reals": ({"x": X, "y": Y / 2}, "y is float64 of shape"),
    "y one-hot": ({"x": X, "y": np.eye(3, dtype=int)[Y]}, r"y is int64 of shape \(9, 3\)"),
    "y of objects": ({"x": X, "y": np.array([{}] * 9)}, "holds pickled objects"),
}


@pytest.mark.parametrize("case", BAD)
def test_arrays_that_are_no_samples_are_one_sentence(tmp_path: Path, case: str) -> None:
    arrays, words = BAD[case]
    with pytest.raises(CaptureError, match=words) as raised:
        with_samples(ONE, stored(tmp_path / "d.npz", **arrays))
    assert "\n" not in str(raised.value)


def test_indices_are_whole_numbers_and_every_input_has_as_many_rows(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="index holds float64; wanted whole numbers"):
        with_samples(TWO, stored(tmp_path / "d.npz", left=X, index=X[:, 0, :2]))
    index = np.zeros((4, 2), np.int64)
    with pytest.raises(CaptureError, match="holds 9 of left, 4 of index; wanted as many rows"):
        with_samples(TWO, stored(tmp_path / "d.npz", left=X, index=index))


def _damaged(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes(8) + whole[middle + 8 :]


SPOILED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "it is no .npz or .npy of plain numbers"),
    "text": (lambda _: b"1,2,3\n", "it is no .npz or .npy of plain numbers"),
    "cut": (lambda whole: whole[: len(whole) // 2], "it is no .npz or .npy"),
    "a pickle": (lambda _: pickle.dumps({"x": [1]}), "it holds pickled objects"),
    "damaged": (_damaged, "it is "),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_file_that_is_no_archive_is_one_sentence(tmp_path: Path, case: str) -> None:
    spoil, words = SPOILED[case]
    path = tmp_path / "d.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).random((50, 1, 4)))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CaptureError, match=f"^cannot read .*d.npz: {words}") as raised:
        with_samples(ONE, path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("name", "why"), [("none.npz", "No such file"), (".", "directory")])
def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(CaptureError, match=why):
        with_samples(ONE, tmp_path / name)
