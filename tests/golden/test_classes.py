"""The class of an input, by each executor; labels that the network has no classes for."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends
from tercet.errors import CaptureError, VerifyError
from tercet.frontends import Model
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import SI8, UI8, tensor
from tercet.ops.linear import Linear
from tercet.ops.reshape import Reshape
from tercet_golden import integer, vectors
from tercet_golden.user_model import classes

WEIGHT = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 1, 1]])
X = np.random.default_rng(3).random((70, 4))


def network(*shape: int) -> ModuleOp:
    """Three sums of four bytes, in a shape of their own."""
    return build(
        [tensor((1, 4), UI8)],
        lambda x: [one := Linear(x, WEIGHT, layer="fc"), Reshape(one.acc, shape, layer="fc")],
    )


def test_the_class_is_the_first_of_the_greatest_outputs() -> None:
    scores = np.array([[1.0, 3.0, 3.0], [2.0, -1.0, 0.0]])
    assert classes.of_scores(scores).tolist() == [1, 0]
    assert classes.of_scores(scores.reshape(2, 3, 1, 1)).tolist() == [1, 0]


def test_whole_numbers_alone_are_classes_themselves() -> None:
    assert classes.of_scores(np.array([[4], [7]])).tolist() == [4, 7]
    assert classes.of_scores(np.array([4, 7])).tolist() == [4, 7]


class Two(nn.Module):
    """The scores are the first of its outputs."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x @ torch.from_numpy(WEIGHT.T).to(x.dtype), x


def test_module_file_and_integers_give_the_same_classes(tmp_path: Path) -> None:
    bytes_ = np.floor(256 * X)
    module = network(3)
    want = (bytes_ @ WEIGHT.T).argmax(1)
    assert len(set(want.tolist())) == 3
    ran = integer.run(module, bytes_.astype(np.int64))
    assert classes.of_integers(module, ran).tolist() == want.tolist()
    of_module = Model("two", Two(), (torch.zeros(1, 4),), (bytes_,))
    assert classes.of_model(of_module, of_module.samples).tolist() == want.tolist()
    of_file = frontends.resolve(stored(tmp_path / "net.onnx"))
    assert classes.of_model(of_file, [bytes_]).tolist() == want.tolist()


def stored(path: Path) -> str:
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
        for name, size in (("x", 4), ("y", 3))
    ]
    weight = numpy_helper.from_array(WEIGHT.T.astype(np.float32), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "g", values[:1], values[1:], [weight])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return str(path)


@pytest.mark.parametrize("shape", [(3,), (3, 1, 1)])
def test_labels_are_places_among_the_scores(shape: tuple[int, ...]) -> None:
    classes.require([0, 2, 1], network(*shape), "d.npz")
    with pytest.raises(CaptureError, match=r"y holds the class 3; the model has 3 scores, of cla"):
        classes.require([0, 3], network(*shape), "d.npz")
    with pytest.raises(CaptureError, match="y holds the class -1"):
        classes.require([-1], network(*shape), "d.npz")


def test_labels_for_a_network_without_a_row_of_scores_are_refused() -> None:
    with pytest.raises(CaptureError, match=r"for one input has shape \(1, 3\); wanted one score"):
        classes.require([0], network(1, 3), "d.npz")


def test_vectors_are_called_after_where_they_come_from() -> None:
    module = network(3)
    for origin in ("real", "example"):
        labels = vectors.make(module, X[:2], 4, 1, origin).labels
        assert labels[:4] == (f"{origin} 0", f"{origin} 1", "random 0", "random 1")
        assert all(label.startswith("corner: ") for label in labels[4:])


def test_whole_numbers_that_the_network_does_not_take_are_refused() -> None:
    module = build([tensor((1, 4), SI8)], lambda x: [Linear(x, WEIGHT, layer="fc")])
    q = np.array([[1, 2, 3, 128]])
    assert not Interval.of(SI8).holds(Interval.around(q))
    with pytest.raises(VerifyError, match=r"hold whole numbers in \[1, 128\]; the network takes"):
        vectors.make(module, q, 1, 1)
