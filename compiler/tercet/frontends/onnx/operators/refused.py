"""Known operators that Tercet refuses, each with the reason and a way out."""

from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.registry import refuses
from tercet.frontends.onnx.stateful import STATE

HOST = "run it on the host, and begin the file behind it (onnx.utils.extract_model)"
INPUT_SCALE = "its scale is computed from each input"
SEVERAL = "it is several layers, and none of the results between them has a quantizer"

refuses(
    INPUT_SCALE,
    "quantize statically: onnxruntime.quantization.quantize_static with calibration data",
    "DynamicQuantizeLinear",
)
refuses(
    STATE,
    "unroll it into MatMul, Sigmoid and Tanh with quantizers",
    "LSTM GRU RNN CausalConvWithState LinearAttention",
)
refuses(
    "what it computes depends on the input",
    "export the branch that is taken",
    "If",
)
refuses(
    "how long it runs is not known",
    "unroll it before the export",
    "Loop Scan SequenceMap",
)
refuses(
    "it draws random numbers",
    "export the model in evaluation mode, as model.eval() sets it",
    "Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike",
)
refuses(
    "it makes or takes a list of tensors",
    "use Split for the parts and Concat for the whole",
    "ConcatFromSequence Optional OptionalGetElement OptionalHasElement SequenceAt "
    "SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength "
    "SplitToSequence",
)
refuses(
    "it works on text or on files",
    HOST,
    "ImageDecoder RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer",
)
refuses(
    "it is a transform of signals",
    HOST,
    "DFT STFT MelWeightMatrix BlackmanWindow HammingWindow HannWindow",
)
refuses(
    "it is a loss",
    "end the file in front of it (onnx.utils.extract_model)",
    "NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss",
)
refuses(
    "which elements it takes depends on their values",
    "end the file in front of it (onnx.utils.extract_model), and do the rest on the host",
    "Compress GatherElements GatherND Hardmax NonMaxSuppression NonZero OneHot "
    "ReverseSequence Scatter ScatterElements ScatterND TensorScatter Unique",
)
refuses(
    "it takes samples at places between the pixels, or at computed ones",
    "use Resize to the nearest, Slice or Pad, at places known beforehand",
    "AffineGrid CenterCropPad Col2Im DeformConv GridSample MaxRoiPool MaxUnpool RoiAlign",
)
refuses(
    "it divides by a norm of its input",
    "use InstanceNormalization, LayerNormalization or BatchNormalization",
    "LRN LpNormalization MeanVarianceNormalization",
)
refuses(
    SEVERAL,
    "write MatMul, Softmax and MatMul with quantizers between them; onnx.inliner or an export"
    " of version 22 or lower does so",
    "Attention RotaryEmbedding",
)
refuses(
    "it sums a function of its input, which has no quantizer",
    "write the function (Abs, or Mul of the input with itself), a quantizer, and ReduceSum",
    "GlobalLpPool LpPool ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceProd ReduceSumSquare",
)
refuses(
    "it rises and falls repeatedly, or has poles",
    "put the quantizers around a function that rises, such as Tanh or Atan",
    "Acos Acosh Asin Atanh Cos Mod Sin Tan",
)
refuses(
    "it works on bits or on truth values",
    "compare with a constant and Cast the result to float; Mul is And, and Max is Or",
    "And BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Equal IsInf IsNaN Or Xor",
)
refuses(
    "its type is that of another tensor",
    "wanted Cast",
    "CastLike",
)
refuses(
    "it multiplies elements along an axis, without a quantizer behind each product",
    "write Mul with a quantizer behind each",
    "CumProd",
)
refuses(
    "it adds up along an axis",
    "write MatMul with a constant triangle of ones",
    "CumSum",
)
refuses(
    "it multiplies values that have no quantizer",
    "end the file in front of it, for the host",
    "Det",
)
refuses(
    "its equation is not supported",
    "write Transpose, Reshape and MatMul",
    "Einsum",
)
refuses(
    "it makes a constant of a layer's shape",
    "store the matrix as an initializer",
    "EyeLike",
)
refuses(
    "its shape is computed from values",
    "store the constant as an initializer",
    "ConstantOfShape",
)
refuses(
    "its limits are computed from values",
    "store the numbers as an initializer",
    "Range",
)
refuses(
    "it clears a triangle",
    "write Mul with a constant mask of 0 and 1",
    "Trilu",
)
refuses(
    INPUT_SCALE,
    "quantize statically: onnxruntime.quantization.quantize_static with calibration data",
    "DynamicQuantizeLSTM DynamicQuantizeMatMul MatMulIntegerToFloat",
    domain=Domain.MICROSOFT,
)
refuses(
    "only its weights are quantized",
    "quantize the float file with quantize_static, so that its inputs have quantizers too",
    "GatherBlockQuantized MatMulBnb4 MatMulFpQ4 MatMulNBits",
    domain=Domain.MICROSOFT,
)
refuses(
    SEVERAL,
    "quantize the file as it was before ONNXRuntime's transformer optimizer",
    "Attention EmbedLayerNormalization MultiHeadAttention QAttention QEmbedLayerNormalization"
    " SkipLayerNormalization",
    domain=Domain.MICROSOFT,
)
refuses(
    "it quantizes to floats of few bits",
    "wanted IntQuant or BipolarQuant",
    "FloatQuant",
    domain=Domain.QONNX,
)
refuses(
    "its body is another file",
    "check that file, which it names as model",
    "GenericPartition",
    domain=Domain.QONNX,
)
