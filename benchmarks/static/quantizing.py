"""quantize_static with every knob that its users turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

from benchmarks.static.networks import Network

FORMATS = {"QDQ": QuantFormat.QDQ, "QOperator": QuantFormat.QOperator}
ROWS, BATCHES = 8, 4
Feeds = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Way:
    """One call of quantize_static."""

    format: str = "QDQ"
    per_channel: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further arguments."""

    def arguments(self) -> dict[str, Any]:
        given = {"weight_type": QuantType.QInt8, "activation_type": QuantType.QUInt8}
        return {
            **given,
            "quant_format": FORMATS[self.format],
            "per_channel": self.per_channel,
            **self.options,
        }


class Data(CalibrationDataReader):  # type: ignore[misc]
    """A few batches of the network's inputs."""

    def __init__(self, names: list[str], network: Network) -> None:
        drawn = (network.inputs(ROWS, 100 + i) for i in range(BATCHES))
        self.rest: Iterator[Feeds] = (
            {name: x.numpy() for name, x in zip(names, xs, strict=True)} for xs in drawn
        )

    def get_next(self) -> Feeds | None:
        return next(self.rest, None)


def quantize(source: Path, path: Path, network: Network, way: Way) -> None:
    """The file `source`, quantized, at `path`."""
    graph = onnx.load(source, load_external_data=False).graph
    stored = {constant.name for constant in graph.initializer}
    names = [one.name for one in graph.input if one.name not in stored]
    quantize_static(str(source), str(path), Data(names, network), **way.arguments())
