"""Steps against the integer reference."""

from collections.abc import Sequence

import numpy as np
from tests.helpers.plans import steps_run
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray
from tercet.targets.fabric.network.network import Network
from tercet_golden import integer


def require_equal(module: ModuleOp, network: Network, inputs: Sequence[IntArray]) -> int:
    """Every output, and every tensor that has the name of a value; how many elements."""
    golden, names = integer.run(module, *inputs), value_names(module)
    memory, count = steps_run.run(network, *inputs), 0
    assert len(network.outputs) == len(network.output_orders) == len(outputs_of(module))
    orders = zip(outputs_of(module), network.outputs, network.output_orders, strict=True)
    wanted = [(names[value], one, order, True) for value, one, order in orders]
    made = [step.result for step in network.steps if step.result.name in golden]
    wanted += [(one.name, one, one.order, False) for one in made]
    for name, one, order, whole in wanted:
        value = golden[name].reshape(-1)
        found, has = steps_run.value_of(memory[id(one)], order, value.size)
        assert has.all() or not whole, f"{name}: an element is missing"
        assert np.array_equal(found[has], value[has]), name
        count += int(has.sum())
    return count
