"""Exported graphs that need no decomposing, which takes three times as long as exporting.

    flatten(x, 1)  with x contiguous, 2 x 8 x 4 x 4  becomes  view(x, [2, 128])

A decomposed graph numbers its nodes without gaps, and layers outside of modules are named after
nodes. So a graph qualifies only if its nodes have the names that decomposing would give them.
"""

from typing import Any

import torch
from torch.export import ExportedProgram
from torch.fx import Graph, Node

from tercet.frontends.aten.registry import known

aten = torch.ops.aten
FLATTENS = aten.flatten.using_ints, aten.reshape.default


def readable(program: ExportedProgram) -> bool:
    """Whether each operator is known, pure and named as in the decomposed graph.

    The flattening operators of such a graph are replaced by views.
    """
    graph, numbered = program.graph_module.graph, Graph()
    flat = dict[Node, str]()
    for node in graph.nodes:
        if node.op == "placeholder":
            numbered.placeholder(node.name)
        elif node.op == "call_function":
            flattens = _is_view(node)
            called = "view" if flattens else _name(node.target)
            named = numbered.create_node("call_function", node.target, name=called).name
            if flattens:
                flat[node] = named
            elif named != node.name or not known(node):
                return False
        elif node.op != "output":
            return False
    for node, named in flat.items():
        _write_as_view(graph, node, named)
    program.graph_module.recompile()
    return True


def _name(target: Any) -> str:
    """The name of an operator's nodes, without the number."""
    found: str = getattr(target, "overloadpacket", target).__name__
    return found


def _is_view(node: Node) -> bool:
    """Whether decomposing makes a view of it: a contiguous operand and another shape."""
    if node.target not in FLATTENS:
        return False
    (x, made) = (one.meta["val"] for one in (node.args[0], node) if isinstance(one, Node))
    return bool(x.is_contiguous() and x.shape != made.shape)


def _write_as_view(graph: Graph, node: Node, name: str) -> None:
    shape = list(node.meta["val"].shape)
    with graph.inserting_before(node):
        arguments = node.args[0], shape
        view = graph.create_node("call_function", aten.view.default, arguments, name=name)
    view.meta = dict(node.meta)
    node.replace_all_uses_with(view)
    graph.erase_node(node)
