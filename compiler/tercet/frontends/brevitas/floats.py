"""Floats that a forward makes, such as x.float() of bytes, in the module's own precision."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map


@contextmanager
def floats(dtype: torch.dtype, inputs: Sequence[Tensor]) -> Iterator[None]:
    """A context in which a forward's float32, and its floats of integers, become `dtype`.

    If all `inputs` are floats, only casts change; constants stay float32, as in the graph.
    """
    if all(x.is_floating_point() for x in inputs):
        with _Casts(dtype):
            yield
        return
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with _Instead(dtype):
            yield
    finally:
        torch.set_default_dtype(before)


class _Instead(TorchFunctionMode):
    """Calls of torch with `dtype` in place of float32."""

    changes: Collection[Any] | None = None
    """The functions whose calls change; None for all."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype = dtype

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if self.changes is not None and func not in self.changes:
            return func(*args, **(kwargs or {}))
        if func is Tensor.float:
            func, args = Tensor.to, (args[0], self._dtype)
        args, kwargs = tree_map(self._own, (args, dict(kwargs or {})))
        return func(*args, **kwargs)

    def _own(self, value: Any) -> Any:
        return self._dtype if value is torch.float32 else value


class _Casts(_Instead):
    """Only casts change."""

    changes = (Tensor.float, Tensor.to, Tensor.type)
