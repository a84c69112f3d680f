"""The values of a check as text, for the terminal and for the page."""

from math import inf

from tercet.check.contract import Check, Method, Pair, Scale, Step, Value, Weights
from tercet.report.pages.words import number, share
from tercet.targets.rows import Choice, Grid, Trial

KINDS = {"power of two": "2^n", "odd": "odd"}
UNITS = {"thresholds": "thresholds", "table": "entries"}


def tensor(value: Value) -> str:
    """16x8x8 ui8."""
    return f"{'x'.join(map(str, value.shape)) or '1'} {value.element}"


def bits(value: Value) -> str:
    return "" if value.bits is None else str(value.bits)


def weights(found: Weights | None) -> str:
    """17,024 ternary."""
    return "" if found is None else f"{number(found.count)} {_grid(found)}"


def _grid(found: Weights) -> str:
    most = max(-found.low, found.high)
    if most <= 1:
        return "binary" if found.low == -1 and found.sparsity == 0 else "ternary"
    return f"{most.bit_length() + 1}-bit, {found.planes} planes"


def zeros(found: Weights | None) -> str:
    return "" if found is None else share(found.sparsity)


def scale(step: Step) -> str:
    """The scale of the weights for sums, else of the result."""
    found = step.scale if step.weights is None else step.weights.scale
    return "" if found is None else _scale(found)


def _scale(found: Scale) -> str:
    return f"{KINDS[found.kind]} {found.granularity}"


def how(step: Step) -> str:
    """Why the operator is exact."""
    parts = [_method(step.method)] if step.method else []
    if (proof := step.proof) is not None:
        of = "" if proof.proven == proof.channels else f" of {number(proof.channels)}"
        parts.append(f"{number(proof.proven)}{of} proven")
    elif parts:
        parts.append("no certificate")
    return ", ".join(parts) or ("integers" if step.result.bits is not None else "")


def _method(found: Method) -> str:
    if found.name in UNITS:
        return f"{number(found.entries)} {UNITS[found.name]}"
    parts: list[str] = [found.name] if found.name == "algorithm" else []
    if (r := found.rescale) is not None:
        one = r.shift_low == r.shift_high
        shifts = f"{r.shift_low}" if one else f"{r.shift_low}-{r.shift_high}"
        parts.append(f"M {r.mul_bits} B {r.add_bits} s {shifts}")
    return ", ".join(parts)


def grid(found: Grid) -> str:
    """8x1x1: bands of positions, slices of inputs, slices of outputs."""
    return f"{found.bands}x{found.slices}x{found.outs}"


def cycles(found: float | None) -> str:
    return "" if found is None else number(round(found))


def ranked(choice: Choice) -> list[Trial]:
    """Trials in the order to show: the chosen grid, then by cycles, then the impossible ones."""

    def key(trial: Trial) -> tuple[bool, float, float]:
        exact = inf if trial.exact is None else trial.exact
        return not trial.chosen, exact, inf if trial.estimate is None else trial.estimate

    return sorted(choice.trials, key=key)


def fabric(check: Check) -> str:
    """One sentence on where the network runs."""
    name = check.fabric.name
    if check.fabric.takes:
        return f"All of it runs on the fabric {name}."
    return f"Not on the fabric {name}: {check.fabric.reason}."


def pair(found: Pair) -> str:
    """One sentence on the weights of a layer in two files."""
    if not found.other or not found.layer:
        return "only here" if found.layer else "only there"
    if found.different:
        return f"{number(found.different)} differ"
    return "equal"
