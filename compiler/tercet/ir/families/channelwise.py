"""Quantized operators with constants of their own for every channel."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from math import prod

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import prop_def

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.quantized import QuantizedOp, Result
from tercet.ir.types import I64Attr, IntArray, number


class ChannelwiseOp(QuantizedOp):
    """Element i of a row belongs to channel (i // inner) mod N.

    A row is one entry of the batch, row-major. With channels on the last axis, inner is 1; with
    channels first in an image, inner is the image's size; with one constant for all, N is 1.
    """

    inner = prop_def(I64Attr)

    def __init__(
        self,
        operands: Sequence[SSAValue],
        properties: Mapping[str, Attribute | None],
        result: Result,
    ) -> None:
        super().__init__(operands, {**properties, "inner": number(result.inner)}, result)

    @abstractmethod
    def channels(self) -> int:
        """The number of channels, N."""

    def verify_(self) -> None:
        super().verify_()
        row, n, inner = prod(self.kind().get_shape()[1:]), self.channels(), self.inner.value.data
        whole = inner >= 1 and row % (n * inner) == 0
        self.require(whole, f"{self.kind()} is not whole blocks of {n} channels of {inner}")

    def by_channel(self, x: IntArray) -> IntArray:
        """`x` as [.., N, inner]: constants of shape [N, 1] broadcast against it."""
        return x.reshape(-1, self.channels(), self.inner.value.data)

    def onnx_by_channel(self, graph: OnnxGraph, value: str) -> str:
        """`by_channel` in ONNX; `value` itself if constants of shape [N] broadcast already."""
        if self._is_last():
            return value
        shape = (-1, self.channels(), self.inner.value.data)
        return graph.node("Reshape", value, graph.constant(shape))

    def onnx_per_channel(self, values: IntArray) -> IntArray:
        """Constants of [N, ..] that broadcast against `onnx_by_channel`."""
        return values if self._is_last() else values[:, None]

    def onnx_as_it_was(self, graph: OnnxGraph, value: str) -> str:
        """`value`, of the shape of `onnx_by_channel`, in the result's shape."""
        if self._is_last():
            return value
        return graph.node("Reshape", value, graph.constant((-1, *self.kind().get_shape()[1:])))

    def _is_last(self) -> bool:
        """Whether channels are the last axis, or there is one channel."""
        n, shape = self.channels(), self.kind().get_shape()
        return n == 1 or (self.inner.value.data == 1 and n == shape[-1])
