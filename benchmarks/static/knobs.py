"""The knobs of quantize_static that are tried besides format and granularity."""

from collections.abc import Mapping
from typing import Any

from onnxruntime.quantization import QuantType


def _extra(**options: Any) -> dict[str, Any]:
    return {"extra_options": options}


KNOBS: Mapping[str, Mapping[str, Any]] = {
    "activation_type=QInt8": {"activation_type": QuantType.QInt8},
    "weight_type=QUInt8": {"weight_type": QuantType.QUInt8},
    "weight_type=QInt4": {"weight_type": QuantType.QInt4},
    "reduce_range": {"reduce_range": True},
    "ActivationSymmetric": {
        "activation_type": QuantType.QInt8,
        **_extra(ActivationSymmetric=True),
    },
    "WeightSymmetric=False": _extra(WeightSymmetric=False),
    "QuantizeBias=False": _extra(QuantizeBias=False),
    "AddQDQPairToWeight": _extra(AddQDQPairToWeight=True),
    "DedicatedQDQPair": _extra(DedicatedQDQPair=True),
    "ForceQuantizeNoInputCheck": _extra(ForceQuantizeNoInputCheck=True),
    "QDQKeepRemovableActivations": _extra(QDQKeepRemovableActivations=True),
    "UseQDQContribOps": _extra(UseQDQContribOps=True),
    "OpTypesToExcludeOutputQuantization": _extra(
        OpTypesToExcludeOutputQuantization=["Conv", "Gemm", "MatMul"]
    ),
    "op_types_to_quantize": {"op_types_to_quantize": ["Conv", "Gemm", "MatMul"]},
}
"""Further arguments, by what the table calls them."""
