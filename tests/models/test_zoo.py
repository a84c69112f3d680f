"""The models of the zoo: as good as promised, as small as promised, as narrow, and proven."""

from functools import cache
from itertools import groupby

import numpy as np
import pytest
import torch
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.frontends import Model, zoo
from tercet.ir.host.boundary import exit_of
from tercet.ir.module import input_type, ops_of
from tercet.ir.types import IntArray
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import torch_golden

PROMISED = {
    "cnv": (0.94, 97_712, "1"),
    "digits_cnn": (0.98, 15_248, "1"),
    "digits_mlp": (0.98, 17_024, "1"),
    "digits_resnet": (0.98, 37_840, "127 1"),
    "keyword_ds_cnn": (0.96, 21_824, "127 7 1 7 1 7 1 7 1"),
    "mobile_mini": (0.98, 14_536, "127 1 127 1 127 1 127 1 127 1"),
    "tfc_1w1a": (0.93, 59_008, "1"),
    "tfc_2w2a": (0.97, 59_008, "1"),
    "tfmbs_mlp": (0.97, 47_640, "1"),
}
"""Share of the samples that are right, weights, and the greatest weight from layer to layer."""
TRITS = "tfc_1w1a", "tfc_2w2a"
"""Their pixels are -1, 0 and 1; those of the others are bytes."""


@cache
def model_of(name: str) -> Model:
    return frontends.resolve(name)


@cache
def captured_of(name: str) -> ModuleOp:
    model = model_of(name)
    return frontends.load(model.module, model.example)


@cache
def module_of(name: str) -> ModuleOp:
    return passes.run(captured_of(name).clone())


def kernels_of(module: ModuleOp) -> list[IntArray]:
    """The integer weights of every layer that has some."""
    layers = [op for op in ops_of(module) if isinstance(op, Conv | Linear)]
    return [op.kernels() if isinstance(op, Conv) else op.matrix() for op in layers]


def test_every_model_of_the_zoo_has_promised_something() -> None:
    assert sorted(PROMISED) == zoo.names()


@pytest.mark.parametrize("name", PROMISED)
def test_a_zoo_model_is_as_right_on_its_held_out_samples_as_promised(name: str) -> None:
    model, module = model_of(name), module_of(name)
    q = frontends.quantize_input(module, *model.samples)
    *_, logits = integer.run(module, q).values()
    right = exit_of(module).reals(logits).argmax(1) == np.array(model.labels)
    assert len(right) >= 250
    assert right.mean() >= PROMISED[name][0]


@pytest.mark.parametrize("name", PROMISED)
def test_every_executor_of_the_front_half_agrees_on_every_layer(name: str) -> None:
    model, captured, module = model_of(name), captured_of(name), module_of(name)
    drawn = vectors.make(module, model.samples, 40, 0)
    golden = integer.run(module, drawn.x)
    assert compare(golden, onnxruntime_golden.run(module, drawn.x)).passed
    for dtype in (torch.float64, torch.float32):
        assert isinstance(model.module, nn.Module)
        assert torch_golden.compare(model.module, module, drawn.x, golden, dtype).passed
    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings


@pytest.mark.parametrize("name", PROMISED)
def test_layers_have_the_promised_weights(name: str) -> None:
    layers = kernels_of(module_of(name))
    _, count, greatest = PROMISED[name]
    assert sum(layer.size for layer in layers) == count
    found = [int(abs(layer).max()) for layer in layers]
    assert " ".join(str(value) for value, _ in groupby(found)) == greatest


def test_weights_of_one_bit_are_never_zero() -> None:
    assert all(set(np.unique(layer)) == {-1, 1} for layer in kernels_of(module_of("tfc_1w1a")))


@pytest.mark.parametrize("name", PROMISED)
def test_pixels_enter_as_the_bytes_they_are_or_as_trits(name: str) -> None:
    module = module_of(name)
    found = frontends.quantize_input(module, *model_of(name).samples)
    with np.load(zoo.FOLDER / name / "held_out.npz") as arrays:
        pixels = arrays["x"]
    if name in TRITS:
        assert str(input_type(module).element_type) == "si2"
        reals = 2 * (pixels / 255) - 1
        black_or_white = np.where(reals < 0, -1, 1)
        want = black_or_white if name == "tfc_1w1a" else np.rint(reals)
    else:
        assert str(input_type(module).element_type) == "ui8"
        want = pixels
    np.testing.assert_array_equal(found, want)
    assert len(np.unique(found)) > 1


@pytest.mark.parametrize("name", PROMISED)
def test_capture_is_repeatable_to_the_letter(name: str) -> None:
    model = frontends.resolve(name)
    again = passes.run(frontends.load(model.module, model.example))
    assert str(again) == str(module_of(name))


def test_the_full_shape_of_cnv_has_its_million_and_a_half_weights() -> None:
    model = frontends.resolve(f"{zoo.FOLDER}/cnv/model.py:full")
    module = passes.run(frontends.load(model.module, model.example))
    layers = kernels_of(module)
    assert [len(layer) for layer in layers] == [64, 64, 128, 128, 256, 256, 512, 512, 10]
    assert sum(layer.size for layer in layers) == 1_542_848


def test_the_committed_files_stay_small() -> None:
    for name in PROMISED:
        for file in ("weights.npz", "held_out.npz"):
            assert (zoo.FOLDER / name / file).stat().st_size < 60_000
