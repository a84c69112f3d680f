"""A forward with as many arguments as there are inputs, whatever the user's one looks like."""

from inspect import Parameter, signature

from torch import fx, nn

LAYERS = "torch.nn.modules."
"""Where the layers are that are traced as one call."""
POSITIONAL = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD


def fixed(module: nn.Module, count: int) -> nn.Module:
    """`module`, or one around it: where it may take more inputs, and where it is a layer itself."""
    alone = type(module).__module__.startswith(LAYERS) and not list(module.children())
    parameters = signature(module.forward).parameters.values()
    if not alone and len(parameters) == count and all(one.kind in POSITIONAL for one in parameters):
        return module
    graph = fx.Graph()
    inputs = [graph.placeholder(f"x{i}") for i in range(count)]
    graph.output(graph.call_module("net", tuple(inputs)))
    return fx.GraphModule({"net": module}, graph)
