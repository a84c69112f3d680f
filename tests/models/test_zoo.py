"""The models of the zoo: as good as promised, as small as promised, ternary, and proven."""

import numpy as np
import pytest
import torch
from torch import nn

from tercet import frontends, passes
from tercet.frontends import zoo
from tercet.ir.boundary import exit_of
from tercet.ir.module import input_type, ops_of
from tercet.ops.linear import Linear
from tercet.passes.audit import audit
from tercet.passes.certificate import certificates
from tercet.passes.check import check
from tercet_golden import integer, onnxruntime_golden, torch_golden, vectors
from tercet_golden.compare import compare

NAMES = ("digits_mlp", "tfmbs_mlp")


@pytest.mark.parametrize("name", NAMES)
def test_a_zoo_model_is_right_on_95_percent_of_its_held_out_digits(name: str) -> None:
    model = frontends.resolve(name)
    module = passes.run(frontends.load(model.module, model.example))
    q = frontends.quantize_input(module, *model.samples)
    *_, logits = integer.run(module, q).values()
    right = exit_of(module).reals(logits).argmax(1) == np.array(model.labels)
    assert len(right) >= 250
    assert right.mean() >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_every_executor_of_the_front_half_agrees_on_every_layer(name: str) -> None:
    model = frontends.resolve(name)
    captured = frontends.load(model.module, model.example)
    module = passes.run(captured)
    drawn = vectors.make(module, model.samples, 200, 0)
    golden = integer.run(module, drawn.x)
    assert compare(golden, onnxruntime_golden.run(module, drawn.x)).passed
    for dtype in (torch.float64, torch.float32):
        assert isinstance(model.module, nn.Module)
        assert torch_golden.compare(model.module, module, drawn.x, golden, dtype).passed
    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("digits_mlp", [(128, 64), (64, 128), (10, 64)]), ("tfmbs_mlp", [(60, 784), (10, 60)])],
)
def test_layers_are_ternary_and_of_the_promised_sizes(
    name: str, sizes: list[tuple[int, int]]
) -> None:
    model = frontends.resolve(name)
    module = passes.run(frontends.load(model.module, model.example))
    layers = [op.matrix() for op in ops_of(module) if isinstance(op, Linear)]
    assert [layer.shape for layer in layers] == sizes
    assert all(set(np.unique(layer)) == {-1, 0, 1} for layer in layers)
    assert str(input_type(module).element_type) == "ui8"


def test_pixels_enter_as_the_bytes_they_are() -> None:
    for name in NAMES:
        model = frontends.resolve(name)
        module = passes.run(frontends.load(model.module, model.example))
        with np.load(zoo.FOLDER / name / "samples.npz") as arrays:
            pixels = arrays["x"]
        np.testing.assert_array_equal(frontends.quantize_input(module, *model.samples), pixels)
        assert (pixels == 0).any()


@pytest.mark.parametrize("name", NAMES)
def test_capture_is_repeatable_to_the_letter(name: str) -> None:
    texts = []
    for _ in range(2):
        model = frontends.resolve(name)
        texts.append(str(passes.run(frontends.load(model.module, model.example))))
    assert texts[0] == texts[1]


def test_the_committed_files_stay_small() -> None:
    for name in NAMES:
        for file in ("weights.npz", "samples.npz"):
            assert (zoo.FOLDER / name / file).stat().st_size < 50_000
