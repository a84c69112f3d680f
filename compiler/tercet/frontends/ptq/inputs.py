"""A module whose forward has one argument for each input."""

from inspect import Parameter, signature

from torch import fx, nn

LAYERS = "torch.nn.modules."
"""The package of layers that tracing treats as one call."""
POSITIONAL = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD


def fixed(module: nn.Module, count: int) -> nn.Module:
    """`module`, or a wrapper if its forward has optional arguments or it is a single layer."""
    alone = type(module).__module__.startswith(LAYERS) and not list(module.children())
    parameters = signature(module.forward).parameters.values()
    if not alone and len(parameters) == count and all(one.kind in POSITIONAL for one in parameters):
        return module
    graph = fx.Graph()
    inputs = [graph.placeholder(f"x{i}") for i in range(count)]
    graph.output(graph.call_module("net", tuple(inputs)))
    return fx.GraphModule({"net": module}, graph)
