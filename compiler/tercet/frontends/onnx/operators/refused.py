"""Operators that Tercet knows well enough to say why it does not take them, and what helps."""

from collections.abc import Mapping
from typing import TypeAlias

from tercet.frontends.onnx.builder import Builder, Value
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.stateful import FOUND, STATEFUL, WAY_OUT

Answer: TypeAlias = tuple[str, str]
"""What was found, and the way out."""


def _each(found: str, way_out: str, *kinds: str) -> dict[str, Answer]:
    return dict.fromkeys(kinds, (found, way_out))


REASONS: Mapping[str, Answer] = {
    "DynamicQuantizeLinear": (
        "its scale comes from each input anew",
        "quantize statically: onnxruntime.quantization.quantize_static with calibration data",
    ),
    **_each(FOUND, WAY_OUT, *STATEFUL),
    "If": ("what it computes depends on the input", "export the branch that is taken"),
    **_each(
        "how long it runs is not known",
        "unroll it before the export",
        "Loop",
        "Scan",
        "SequenceMap",
    ),
    **_each(
        "it draws random numbers",
        "export the model in evaluation mode, as model.eval() sets it",
        *("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform"),
        "RandomUniformLike",
    ),
    **_each(
        "it makes or takes a list of tensors",
        "use Split for the parts and Concat for the whole",
        *("ConcatFromSequence", "Optional", "OptionalGetElement", "OptionalHasElement"),
        *("SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert"),
        *("SequenceLength", "SplitToSequence"),
    ),
    **_each(
        "it works on text or on files",
        "run it on the host, and begin the file behind it (onnx.utils.extract_model)",
        *("ImageDecoder", "RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit"),
        "TfIdfVectorizer",
    ),
    **_each(
        "it is a transform of signals",
        "run it on the host, and begin the file behind it (onnx.utils.extract_model)",
        *("DFT", "STFT", "MelWeightMatrix", "BlackmanWindow", "HammingWindow", "HannWindow"),
    ),
    **_each(
        "it is a loss",
        "end the file in front of it (onnx.utils.extract_model)",
        *("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"),
    ),
    **_each(
        "which elements it takes depends on their values",
        "end the file in front of it (onnx.utils.extract_model), and do the rest on the host",
        *("Compress", "GatherElements", "GatherND", "Hardmax", "NonMaxSuppression", "NonZero"),
        *("OneHot", "ReverseSequence", "Scatter", "ScatterElements", "ScatterND", "TensorScatter"),
        "Unique",
    ),
    **_each(
        "it takes samples at places between the pixels, or at computed ones",
        "use Resize to the nearest, Slice or Pad, at places known beforehand",
        *("AffineGrid", "CenterCropPad", "Col2Im", "DeformConv", "GridSample", "MaxRoiPool"),
        *("MaxUnpool", "RoiAlign"),
    ),
    **_each(
        "it divides by a norm of its input",
        "use InstanceNormalization, LayerNormalization or BatchNormalization",
        *("LRN", "LpNormalization", "MeanVarianceNormalization"),
    ),
    **_each(
        "it is several layers, and none of the results between them has a quantizer",
        "write MatMul, Softmax and MatMul with quantizers between them; "
        "onnx.inliner or an export of version 22 or lower does so",
        *("Attention", "RotaryEmbedding"),
    ),
    **_each(
        "it sums a function of its input, which has no quantizer",
        "write the function (Abs, or Mul of the input with itself), a quantizer, and ReduceSum",
        *("GlobalLpPool", "LpPool", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp"),
        *("ReduceProd", "ReduceSumSquare"),
    ),
    **_each(
        "it turns again and again, or has poles",
        "put the quantizers around a function that rises, such as Tanh or Atan",
        *("Acos", "Acosh", "Asin", "Atanh", "Cos", "Mod", "Sin", "Tan"),
    ),
    **_each(
        "it works on bits or on truth values",
        "compare with a constant and Cast the result to float; Mul is And, and Max is Or",
        *("And", "BitCast", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor"),
        *("Equal", "IsInf", "IsNaN", "Or", "Xor"),
    ),
    "CastLike": ("its type is that of another tensor", "wanted Cast"),
    "CumProd": ("it multiplies up what has no quantizer", "write Mul with a quantizer behind each"),
    "CumSum": (
        "it adds up along an axis",
        "write MatMul with a constant triangle of ones",
    ),
    "Det": ("it multiplies what has no quantizer", "end the file in front of it, for the host"),
    "Einsum": ("its sums are written in letters", "write Transpose, Reshape and MatMul"),
    "EyeLike": ("it makes a constant of a layer's shape", "store the matrix as an initializer"),
    "ConstantOfShape": (
        "its shape is computed from values",
        "store the constant as an initializer",
    ),
    "Range": ("its limits are computed from values", "store the numbers as an initializer"),
    "Trilu": ("it clears a triangle", "write Mul with a constant mask of 0 and 1"),
}
CONTRIBUTED: Mapping[str, Answer] = {
    **_each(
        "its scale comes from each input anew",
        "quantize statically: onnxruntime.quantization.quantize_static with calibration data",
        *("DynamicQuantizeLSTM", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"),
    ),
    **_each(
        "only its weights are quantized",
        "quantize the float file with quantize_static, so that its inputs have quantizers too",
        *("GatherBlockQuantized", "MatMulBnb4", "MatMulFpQ4", "MatMulNBits"),
    ),
    **_each(
        "it is several layers, and none of the results between them has a quantizer",
        "quantize the file as it was before ONNXRuntime's transformer optimizer",
        *("Attention", "EmbedLayerNormalization", "MultiHeadAttention", "QAttention"),
        *("QEmbedLayerNormalization", "SkipLayerNormalization"),
    ),
}
GENERAL: Mapping[str, Answer] = {
    "FloatQuant": ("it quantizes to floats of few bits", "wanted IntQuant or BipolarQuant"),
    "GenericPartition": ("its body is another file", "check that file, which it names as model"),
}


@converts(*REASONS)
@converts(*CONTRIBUTED, domain=Domain.MICROSOFT)
@converts(*GENERAL, domain=Domain.QONNX)
def refused(builder: Builder, node: Node, *operands: Value) -> Value:
    answers = {Domain.MICROSOFT: CONTRIBUTED, Domain.QONNX: GENERAL}
    found, way_out = answers.get(node.domain, REASONS)[node.kind]
    raise node.unsupported(f"{node.kind} is not supported: {found}", way_out)
