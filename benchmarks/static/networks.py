"""Float networks of the kinds that users quantize, drawn from a seed and exported to ONNX."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks.static import blocks
from benchmarks.static.blocks import conv
from tercet import assets

SEED = 5
IMAGE = (3, 12, 12)
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """How to make one, and what it is given."""

    make: Callable[[], nn.Module]
    shapes: tuple[Shape, ...] = (IMAGE,)
    """Of its inputs, without the batch."""
    opset: int = 17
    words: int = 0
    """If not 0: inputs are whole numbers below it."""
    batch: int | None = None
    """The file's own, where it is not open."""
    file: Path | None = None
    """By others, instead of one that is made."""
    folded: bool = True
    """Whether batch norms are folded into the convolutions at the export."""

    def inputs(self, rows: int, seed: int) -> tuple[Tensor, ...]:
        """Random inputs of as many rows, or as the file has."""
        rows = self.batch or rows
        generator = torch.Generator().manual_seed(seed)
        return tuple(
            torch.randint(0, self.words, (rows, *shape), generator=generator)
            if self.words
            else torch.randn((rows, *shape), generator=generator)
            for shape in self.shapes
        )

    def export(self, path: Path) -> None:
        """Write the float file; its batch is open but for `batch`."""
        if self.file is not None:
            path.write_bytes(self.file.read_bytes())
            return
        torch.manual_seed(SEED)
        module, example = self.make(), self.inputs(16, SEED)
        with torch.no_grad():
            module.train()(*example)  # batch norms see data
            names = [f"x{i}" if i else "x" for i in range(len(example))]
            kept = torch.onnx.TrainingMode.EVAL
            if not self.folded:
                kept = torch.onnx.TrainingMode.PRESERVE
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    module.eval(),
                    tuple(x[:2] for x in example),
                    str(path),
                    opset_version=self.opset,
                    dynamo=False,
                    training=kept,
                    do_constant_folding=self.folded,
                    input_names=names,
                    output_names=["y"],
                    dynamic_axes={name: {0: "batch"} for name in [*names, "y"]},
                )


def head(channels: int, *more: nn.Module) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 5), *more]


def mlp() -> nn.Module:
    return nn.Sequential(
        nn.Linear(16, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 5)
    )


def mlp_norm() -> nn.Module:
    first = (nn.Linear(16, 24), nn.BatchNorm1d(24), nn.Sigmoid())
    return nn.Sequential(*first, nn.Linear(24, 24), nn.Tanh(), nn.Dropout(), nn.Linear(24, 5))


def cnn() -> nn.Module:
    return nn.Sequential(conv(3, 8), nn.MaxPool2d(2), conv(8, 16), nn.MaxPool2d(2), *head(16))


def lenet() -> nn.Module:
    first = (nn.Conv2d(3, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten())
    return nn.Sequential(*first, nn.Linear(96, 20), nn.Tanh(), nn.Linear(20, 5), nn.LogSoftmax(-1))


def mobile() -> nn.Module:
    first = conv(3, 8, nn.ReLU6(), s=2)
    return nn.Sequential(first, blocks.Inverted(8), blocks.Inverted(8), *head(8))


def mobile_swish() -> nn.Module:
    gate = blocks.Excitation(8, nn.Hardsigmoid())
    return nn.Sequential(
        conv(3, 8, nn.Hardswish(), s=2), blocks.Inverted(8, nn.Hardswish), gate, *head(8)
    )


def resnet() -> nn.Module:
    down = conv(8, 12, s=2)
    return nn.Sequential(conv(3, 8), blocks.Residual(8), down, blocks.Residual(12), *head(12))


def preactivated() -> nn.Module:
    first, last = nn.Conv2d(3, 8, 3, padding=1), (nn.BatchNorm2d(8), nn.ReLU())
    return nn.Sequential(first, blocks.PreActivated(8), blocks.PreActivated(8), *last, *head(8))


def inception() -> nn.Module:
    return nn.Sequential(conv(3, 8), blocks.Inception(8), nn.MaxPool2d(3, 2, 1), *head(16))


def pools() -> nn.Module:
    first = (
        conv(3, 8),
        nn.AvgPool2d(3, 2, 1),
        conv(8, 8),
        nn.AvgPool2d(2, ceil_mode=True),
        conv(8, 8),
    )
    return nn.Sequential(*first, *head(8))


def activations() -> nn.Module:
    first = (conv(3, 8, nn.LeakyReLU(0.1)), conv(8, 8, nn.ELU()), conv(8, 8, nn.Softplus()))
    return nn.Sequential(*first, conv(8, 8, nn.PReLU(8)), conv(8, 8, nn.Mish()), *head(8))


def excitation() -> nn.Module:
    return nn.Sequential(conv(3, 8), blocks.Excitation(8, nn.Sigmoid()), conv(8, 8), *head(8))


def unet() -> nn.Module:
    return blocks.UNet(nn.ConvTranspose2d(16, 16, 2, 2))


def unet_nearest() -> nn.Module:
    return blocks.UNet(nn.Upsample(scale_factor=2))


def unet_bilinear() -> nn.Module:
    return blocks.UNet(nn.Upsample(scale_factor=2, mode="bilinear"))


def transformer() -> nn.Module:
    return nn.Sequential(
        nn.Linear(8, 12), blocks.Transformer(12), nn.LayerNorm(12), nn.Linear(12, 3)
    )


def mixer() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 12), blocks.Mixer(6, 12), nn.Linear(12, 3))


def keywords() -> nn.Module:
    first = (nn.Conv1d(10, 12, 5, 2), nn.BatchNorm1d(12), nn.ReLU(), nn.MaxPool1d(2))
    second = (nn.Conv1d(12, 12, 3, groups=12), nn.Conv1d(12, 16, 1), nn.ReLU())
    return nn.Sequential(*first, *second, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 4))


def shuffle() -> nn.Module:
    return nn.Sequential(conv(3, 8), blocks.Shuffled(8), blocks.Shuffled(8), *head(8))


def yolo() -> nn.Module:
    return nn.Sequential(
        conv(3, 8, nn.SiLU()), blocks.Split(8), nn.Upsample(scale_factor=2), nn.Conv2d(8, 4, 1)
    )


def autoencoder() -> nn.Module:
    down = (nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU())
    up = (nn.ConvTranspose2d(8, 3, 3, 2, 1, 1), nn.Sigmoid())
    return nn.Sequential(*down, *up)


def norms() -> nn.Module:
    first = (nn.Conv2d(3, 8, 3), nn.InstanceNorm2d(8, affine=True), nn.ReLU())
    return nn.Sequential(*first, nn.Conv2d(8, 8, 3), nn.GroupNorm(2, 8), nn.ReLU(), *head(8))


def classifier() -> nn.Module:
    return nn.Sequential(conv(3, 8), *head(8, nn.Softmax(-1)))


MADE: Mapping[str, Network] = {
    "mlp": Network(mlp, ((16,),), 13),
    "mlp_norm": Network(mlp_norm, ((16,),), 15, folded=False),
    "cnn": Network(cnn),
    "cnn_unfolded": Network(cnn, opset=11, folded=False),
    "lenet": Network(lenet, opset=12),
    "mobile": Network(mobile, opset=11),
    "mobile_swish": Network(mobile_swish, opset=14),
    "resnet": Network(resnet, opset=13),
    "preactivated": Network(preactivated),
    "inception": Network(inception, opset=20),
    "pools": Network(pools, opset=19),
    "activations": Network(activations, opset=18),
    "excitation": Network(excitation),
    "unet": Network(unet),
    "unet_nearest": Network(unet_nearest, opset=13),
    "unet_bilinear": Network(unet_bilinear),
    "transformer": Network(transformer, ((6, 8),), 17),
    "transformer_old": Network(transformer, ((6, 8),), 14),
    "mixer": Network(mixer, ((6, 8),), 20),
    "keywords": Network(keywords, ((10, 40),), 16),
    "shuffle": Network(shuffle, opset=13),
    "yolo": Network(yolo, opset=18),
    "cut": Network(blocks.Cut, opset=18),
    "two": Network(blocks.Two, (IMAGE, (6,)), 17),
    "autoencoder": Network(autoencoder, opset=17),
    "norms": Network(norms),
    "classifier": Network(classifier, opset=13),
    "words": Network(blocks.Words, ((7,),), 17, words=40),
    "unrolled": Network(blocks.Unrolled, ((3, 6),), 17),
    "recurrent": Network(blocks.Recurrent, ((7, 6),), 17),
}
REAL = assets.ROOT.parent / "shared" / "models" / "mnist_conv_float.onnx"
BY_OTHERS = {"mnist_conv_float": Network(nn.Identity, ((1, 28, 28),), 8, batch=1, file=REAL)}
NETWORKS = {**MADE, **(BY_OTHERS if REAL.exists() else {})}
