"""The step that a refusal names, applied: another call of quantize_static, or another file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import onnx
from onnx import version_converter
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.static.networks import NETWORKS, Network
from benchmarks.static.quantizing import Way


@dataclass(frozen=True)
class Case:
    """What is quantized, and how."""

    network: Network
    way: Way
    source: Path
    """The float file."""


AXES = 13
"""The first opset in which DequantizeLinear has an axis."""
Step: TypeAlias = Callable[[Case], Case]


def forced(case: Case) -> Case:
    """The pool's input gets a quantizer."""
    options = dict(case.way.options)
    options["extra_options"] = {
        **options.get("extra_options", {}),
        "ForceQuantizeNoInputCheck": True,
    }
    newer = case if case.network.opset >= AXES else converted(case)
    return as_qdq(replace(newer, way=replace(case.way, options=options)))


def as_qdq(case: Case) -> Case:
    """Every operator that the format has a form for is quantized."""
    options = {k: v for k, v in case.way.options.items() if k != "op_types_to_quantize"}
    return replace(case, way=replace(case.way, format="QDQ", options=options))


def whole(case: Case) -> Case:
    """One scale for all channels."""
    return replace(case, way=replace(case.way, per_channel=False))


def symmetric(case: Case) -> Case:
    """The default again, and no node between a stored constant and what multiplies by it."""
    path = case.source.with_suffix(".prepared.onnx")
    quant_pre_process(str(case.source), str(path))
    return replace(case, source=path, way=replace(case.way, options={}))


def converted(case: Case) -> Case:
    """The same float file in a version of the operators that knows scales for each channel."""
    path = case.source.with_suffix(".13.onnx")
    onnx.save(version_converter.convert_version(onnx.load(case.source), AXES), path)
    return replace(case, source=path)


def exported(network: Network) -> Step:
    """Another export, or another network in the place of this one."""

    def step(case: Case) -> Case:
        path = case.source.with_suffix(".again.onnx")
        network.export(path)
        return Case(network, case.way, path)

    return step


def transposed(case: Case) -> Case:
    """A transposed convolution where there was a Resize, in the format that quantizes it."""
    return as_qdq(exported(NETWORKS["unet"])(case))


STEPS: Mapping[str, tuple[str, Step]] = {
    "a ConvTranspose in its place": ("ConvTranspose, QDQ", transposed),
    "ForceQuantizeNoInputCheck": ("ForceQuantizeNoInputCheck", forced),
    "quant_format=QuantFormat.QDQ": ("QuantFormat.QDQ", as_qdq),
    "weight_type=QuantType.QInt8": ("quant_pre_process, QuantType.QInt8", symmetric),
    "convert_version(model, 13)": ("convert to opset 13", converted),
    "opset 17 or more": ("export with opset 17", exported(NETWORKS["transformer"])),
    "unroll it into": ("unroll", exported(NETWORKS["unrolled"])),
}
"""By words of the refusal: what the table calls the step, and the step."""


OF_ONNXRUNTIME: Mapping[str, tuple[str, Step]] = {
    "truth value of an array": ("per_channel=False", whole),
}
"""By what quantize_static says where it fails: a Gemm's bias has two axes."""


def step_of(message: str) -> tuple[str, Step] | None:
    return next(
        (step for words, step in [*STEPS.items(), *OF_ONNXRUNTIME.items()] if words in message),
        None,
    )
