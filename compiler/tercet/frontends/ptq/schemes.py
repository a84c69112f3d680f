"""The quantizers of `tercet quantize --weights`, by the names of its choices."""

from collections.abc import Mapping

from tercet.frontends.ptq import names
from tercet.quantizers.calibrated import Int4Weight, Int8Weight, TernaryWeightMSE

WEIGHTS: Mapping[str, type] = dict(
    zip(names.WEIGHTS, (TernaryWeightMSE, Int4Weight, Int8Weight), strict=True)
)
