"""The outcome of a check from a comparison with the integer reference."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from tercet.errors import VerifyError
from tercet.ir.module import inputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray
from tercet.report.contract import Check, Mismatch
from tercet.report.outcome import failed, measured
from tercet.report.pages.words import count
from tercet_golden.compare import Mismatch as Difference
from tercet_golden.compare import compare
from tercet_signoff.context import CheckContext

if TYPE_CHECKING:
    from tercet_cosim.run import Run

IN_MEMORY = " in memory"
"""The suffix of an output's value in memory, beside the value that was written to a bank."""


def bitexact(
    ctx: CheckContext,
    check_id: str,
    got: Mapping[str, IntArray],
    names: Collection[str] | None = None,
) -> Check:
    """The outcome of comparing the values `names` in `got` with the integer reference.

    Without `names` it compares every value that is not an input. A missing value is a failure.
    """
    wanted = names if names is not None else computed(ctx)
    missing = [name for name in wanted if name not in got]
    if missing:
        return failed(check_id, f"nothing was found of {', '.join(missing)}")
    want = {name: ctx.golden[name] for name in wanted}
    here = {name: got[name] for name in wanted}
    passed = f"{count(len(want), 'value')} of {count(len(ctx.vectors.labels), 'vector')}"
    return matching(ctx, check_id, want, here, passed)


def computed(ctx: CheckContext) -> tuple[str, ...]:
    """The names of all values that the network computes, so without its inputs."""
    given = set(inputs_of(ctx.module))
    return tuple(name for value, name in value_names(ctx.module).items() if value not in given)


def of_fabric(ctx: CheckContext, run: "Run") -> tuple[dict[str, IntArray], dict[str, IntArray]]:
    """The values of the reference and of a simulation, for the vectors of the simulation.

    They are the layers' values and the outputs in memory, in the graph's own shapes. Copies that
    the plan made have no name in the graph and are left out.
    """
    found = run.values | {f"{name}{IN_MEMORY}": value for name, value in run.outputs.items()}
    sources = {name: name for name in run.values if name in ctx.golden}
    sources |= {f"{name}{IN_MEMORY}": name for name in run.outputs}
    count = min(map(len, run.outputs.values()))
    want = {name: ctx.golden[source][:count] for name, source in sources.items()}
    return want, {name: shaped(name, found[name], value) for name, value in want.items()}


def shaped(name: str, found: IntArray, wanted: IntArray) -> IntArray:
    """The found values [V, elements] in the shape of the wanted ones."""
    if found.size != wanted.size:
        raise VerifyError(
            f"{name}: the fabric showed {found.shape[1]} elements of each vector, not"
            f" {wanted[0].size}"
        )
    return found.reshape(wanted.shape)


def matching(
    ctx: CheckContext,
    check_id: str,
    want: Mapping[str, IntArray],
    got: Mapping[str, IntArray],
    passed: str,
    every: int = 1,
    run: "Run | None" = None,
) -> Check:
    """The outcome of comparing `got` with `want`; `passed` is the detail of a pass.

    Both are keyed by a value's or counter's name, and the first axis counts the vectors, or runs
    of `every` vectors. With a simulation `run`, a failure says where and when the element was
    written.
    """
    try:
        outcome = compare(want, got)
    except ValueError as error:  # the shape differs
        return failed(check_id, str(error))
    if outcome.first is None:
        return measured(check_id, outcome.compared, outcome.mismatches, passed)
    wrong = outcome.first
    first = Mismatch(
        wrong.layer, ctx.vector(wrong.vector * every), wrong.element, wrong.expected, wrong.found
    )
    return measured(
        check_id,
        outcome.compared,
        outcome.mismatches,
        sentence(first) + ("" if run is None else _written(run, wrong, want[wrong.layer])),
        first,
        ctx.request.rerun(first.vector),
    )


def _written(run: "Run", wrong: Difference, want: IntArray) -> str:
    """The place and time at which the wrong element was written; "" for an output in memory."""
    element = int(np.ravel_multi_index(wrong.element, want.shape[1:]))
    found = run.written(wrong.layer, wrong.vector, element)
    waveform = None if run.waveform is None else run.waveform.name
    return "" if found is None else f"; {found.sentence(waveform)}"


def sentence(wrong: Mismatch) -> str:
    """A sentence that says where the first difference is."""
    element = f" element {', '.join(map(str, wrong.element))}" if wrong.element else ""
    return (
        f"first wrong: {wrong.layer}{element} of vector {wrong.vector}: "
        f"expected {wrong.expected}, found {wrong.found}"
    )
