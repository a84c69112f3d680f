"""Unary functions by name, each in float64 and, to 300 bits, in rationals.

Formulas are those of torch.nn.functional; parameters come in torch's order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import erf
from typing import Any

import mpmath as mp
import numpy as np

from tercet.ir.arithmetic.precise import precise, turn
from tercet.ir.types import FloatArray

Q = Fraction


@dataclass(frozen=True)
class Unary:
    """A function of one real number and some parameters."""

    reference: Callable[..., Any]
    exact: Callable[..., Fraction]
    turns: Callable[..., Sequence[Fraction]] = lambda *_: ()
    """The places where it turns or jumps, from its parameters; empty if it rises everywhere."""


def _once(function: Callable[..., Any], near: float) -> Callable[..., Sequence[Fraction]]:
    return lambda *_: (turn(function, near),)


def _sigmoid(x: FloatArray) -> FloatArray:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _erf(x: FloatArray) -> FloatArray:
    return np.asarray(np.vectorize(erf, otypes=[np.float64])(x), np.float64)


def _gelu(x: FloatArray) -> FloatArray:
    return 0.5 * x * (1 + _erf(x / np.sqrt(2)))


def _gelu_tanh(x: FloatArray) -> FloatArray:
    bent: FloatArray = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + bent)


def _elu(x: FloatArray, alpha: float, scale: float, bend: float) -> FloatArray:
    below = scale * alpha * np.expm1(np.minimum(x, 0) * bend)
    return np.asarray(np.where(x > 0, scale * x, below), np.float64)


def _softplus(x: FloatArray, beta: float, threshold: float) -> FloatArray:
    soft = np.logaddexp(0, np.minimum(x * beta, threshold)) / beta
    return np.asarray(np.where(x * beta > threshold, x, soft), np.float64)


def _hardsigmoid(x: FloatArray) -> FloatArray:
    return np.clip(x / 6 + 0.5, 0, 1)


def _mp_sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _mp_gelu(x: Any) -> Any:
    return x * (1 + mp.erf(x / mp.sqrt(2))) / 2


def _mp_gelu_tanh(x: Any) -> Any:
    return x * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf(0.044715) * x**3))) / 2


def _mp_silu(x: Any) -> Any:
    return x * _mp_sigmoid(x)


def _mp_mish(x: Any) -> Any:
    return x * mp.tanh(mp.log1p(mp.exp(x)))


def _mp_elu(x: Any, alpha: Any, scale: Any, bend: Any) -> Any:
    return scale * x if x > 0 else scale * alpha * mp.expm1(x * bend)


def _mp_softplus(x: Any, beta: Any, threshold: Any) -> Any:
    return x if x * beta > threshold else mp.log1p(mp.exp(x * beta)) / beta


def _exact_hardsigmoid(x: Fraction) -> Fraction:
    return min(max(x / 6 + Q(1, 2), Q(0)), Q(1))


def _shrunk(x: Fraction, by: Fraction) -> Fraction:
    return x - by if x > by else x + by if x < -by else Q(0)


FUNCTIONS: Mapping[str, Unary] = {
    "sigmoid": Unary(_sigmoid, precise(_mp_sigmoid)),
    "tanh": Unary(np.tanh, precise(mp.tanh)),
    "exp": Unary(np.exp, precise(mp.exp)),
    "erf": Unary(_erf, precise(mp.erf)),
    "gelu": Unary(_gelu, precise(_mp_gelu), _once(_mp_gelu, -0.75)),
    "gelu_tanh": Unary(_gelu_tanh, precise(_mp_gelu_tanh), _once(_mp_gelu_tanh, -0.75)),
    "silu": Unary(lambda x: x * _sigmoid(x), precise(_mp_silu), _once(_mp_silu, -1.28)),
    "mish": Unary(
        lambda x: x * np.tanh(np.logaddexp(0, x)), precise(_mp_mish), _once(_mp_mish, -1.19)
    ),
    "elu": Unary(_elu, precise(_mp_elu), lambda a, s, b: (Q(0),) if a * s * b < 0 else ()),
    "softplus": Unary(_softplus, precise(_mp_softplus), lambda b, t: (Q(t) / Q(b),)),
    "logsigmoid": Unary(lambda x: -np.logaddexp(0, -x), precise(lambda x: -mp.log1p(mp.exp(-x)))),
    "softsign": Unary(lambda x: x / (1 + np.abs(x)), lambda x: x / (1 + abs(x))),
    "hardsigmoid": Unary(_hardsigmoid, _exact_hardsigmoid),
    "hardswish": Unary(
        lambda x: x * _hardsigmoid(x),
        lambda x: x * _exact_hardsigmoid(x),
        lambda: (Q(-3), Q(-3, 2)),
    ),
    "threshold": Unary(
        lambda x, at, value: np.where(x > at, x, value),
        lambda x, at, value: x if x > at else value,
        lambda at, value: (Q(at),),
    ),
    "softshrink": Unary(
        lambda x, by: np.where(x > by, x - by, np.where(x < -by, x + by, 0.0)), _shrunk
    ),
    "hardshrink": Unary(
        lambda x, by: np.where(np.abs(x) > by, x, 0.0),
        lambda x, by: x if abs(x) > by else Q(0),
        lambda by: (Q(-by), Q(by)),
    ),
    "tanhshrink": Unary(lambda x: x - np.tanh(x), precise(lambda x: x - mp.tanh(x))),
    "atan": Unary(np.arctan, precise(mp.atan)),
    "sinh": Unary(np.sinh, precise(mp.sinh)),
    "asinh": Unary(np.arcsinh, precise(mp.asinh)),
    "cosh": Unary(np.cosh, precise(mp.cosh), lambda: (Q(0),)),
    "abs": Unary(np.abs, abs, lambda: (Q(0),)),
    "square": Unary(np.square, lambda x: x * x, lambda: (Q(0),)),
    "sign": Unary(np.sign, lambda x: Q((x > 0) - (x < 0)), lambda: (Q(0),)),
    "sqrt": Unary(np.sqrt, precise(mp.sqrt)),
    "log": Unary(np.log, precise(mp.log)),
    "reciprocal": Unary(lambda x: 1 / x, lambda x: 1 / x, lambda: (Q(0),)),
}
"""Functions by name. `elu` takes alpha, scale and bend: y = scale * x above zero, and
scale * alpha * (exp(bend * x) - 1) below; SELU and CELU use it too."""
