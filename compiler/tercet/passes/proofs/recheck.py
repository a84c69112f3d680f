"""The re-check of certificates, in plain integers and independent of the synthesis."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby

from tercet.passes.synthesis.certificate import Certificate

Evaluate = Callable[[int], int]
"""The operator's result for an accumulator."""


@dataclass(frozen=True)
class Finding:
    """The accumulator at which a certificate's operator and steps differ."""

    layer: str
    channel: int
    message: str


def check(certificate: Certificate) -> Finding | None:
    """The first finding; None if the operator equals the certified steps on every accumulator."""
    return next(_findings(certificate), None)


def _findings(c: Certificate) -> Iterator[Finding]:
    def finding(message: str) -> Finding:
        return Finding(c.layer, c.channel, message)

    covered = sorted((c.sign * c.low, c.sign * c.high))
    if not (covered[0] <= c.reachable[0] and c.reachable[1] <= covered[1]):
        yield finding(
            f"accumulators reach {list(c.reachable)}, the certificate covers only {covered}"
        )
    if any(a > b for a, b in zip(c.steps, c.steps[1:], strict=False)):
        yield finding("its steps do not ascend")
    evaluate = EVALUATORS[c.method](c)
    if not MONOTONE[c.method](c):
        yield finding("the operator falls where the steps rise")
    for u, want in [*places(c), *_own(c)]:
        got = evaluate(c.sign * u)
        if got != want:
            yield finding(f"acc {c.sign * u} gives {got}; the trained model gives {want}")


def _own(c: Certificate) -> Iterator[tuple[int, int]]:
    """Accumulators on both sides of every threshold of the operator, with the certified values."""
    for t in c.thresholds or ():
        for u in (t - 1, t):
            if c.low <= u <= c.high:
                yield u, c.at(u)


def places(c: Certificate) -> Iterator[tuple[int, int]]:
    """Both ends of the range and both sides of every step, with the certified values."""
    value = c.first
    yield c.low, value
    pairs = zip(c.steps, c.deltas, strict=True)
    for t, together in groupby(pairs, key=lambda pair: pair[0]):
        yield t - 1, value
        value += sum(delta for _, delta in together)
        yield t, value
    yield c.high, value


def _requantize(c: Certificate) -> Evaluate:
    """Rounding half to even by quotient and remainder, unlike the operator's own method."""
    assert c.triple is not None
    mul, add, shift = c.triple

    def result(acc: int) -> int:
        quotient, remainder = divmod(mul * acc + add, 1 << shift)
        twice = 2 * remainder
        up = twice > 1 << shift or (twice == 1 << shift and quotient % 2 == 1)
        return min(max(quotient + up, c.clip[0]), c.clip[1])

    return result


def _threshold(c: Certificate) -> Evaluate:
    assert c.thresholds is not None
    assert c.directions is not None
    thresholds, reached = c.thresholds, [*accumulate(c.directions, initial=c.clip[0])]
    return lambda acc: reached[bisect_right(thresholds, acc)]


def _requantize_is_monotone(c: Certificate) -> bool:
    assert c.triple is not None
    return c.sign * c.triple[0] >= 0


EVALUATORS: dict[str, Callable[[Certificate], Evaluate]] = {
    "requantize": _requantize,
    "threshold": _threshold,
}
MONOTONE: dict[str, Callable[[Certificate], bool]] = {
    "requantize": _requantize_is_monotone,
    "threshold": lambda c: c.sign == 1,
}
