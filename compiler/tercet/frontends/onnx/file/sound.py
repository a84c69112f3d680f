"""Checks of a graph: one producer for each name, nodes in order, known operators."""

from collections.abc import Iterable, Mapping, Sequence, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from onnx import GraphProto, NodeProto

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.onnx.domain import Domain, advice
from tercet.frontends.onnx.file.limits import NODES, shown
from tercet.frontends.onnx.file.schema import require_schema
from tercet.frontends.onnx.file.tensors import Stored
from tercet.frontends.onnx.node import Node, made_of


def constants_of(path: str, graph: GraphProto, folder: Path) -> dict[str, Stored]:
    """The initializers by name."""
    found: dict[str, Stored] = {}
    for proto in graph.initializer:
        if not proto.name or proto.name in found:
            raise CaptureError(
                f"{path}: two constants are called {shown(proto.name)!r}; wanted a name for each"
            )
        found[proto.name] = Stored(proto, folder)
    return found


def nodes_of(
    path: str, graph: GraphProto, versions: Mapping[Domain, int], known: Set[str]
) -> tuple[Node, ...]:
    """The nodes that the outputs need, in order; `known` are the inputs and constants."""
    if len(graph.node) > NODES:
        raise UnsupportedError(f"{path}: has {len(graph.node)} nodes; Tercet takes up to {NODES}")
    makers = _makers(path, graph.node, known)
    wanted = [output.name for output in graph.output]
    if not wanted:
        raise CaptureError(f"{path}: has no output; wanted one or more")
    for name in wanted:
        if name not in makers and name not in known:
            raise CaptureError(f"{path}: no node makes its output {shown(name)!r}")
    needed = _needed(wanted, graph.node, makers)
    found = [_node(path, graph.node[i], versions) for i in needed]
    _require_order(dict(zip(needed, found, strict=True)), makers, known)
    return tuple(found)


def _makers(path: str, nodes: Iterable[NodeProto], known: Set[str]) -> dict[str, int]:
    """The node that makes each value."""
    found: dict[str, int] = {}
    for i, node in enumerate(nodes):
        for name in filter(None, node.output):
            if name in found or name in known:
                raise CaptureError(
                    f"{path}: {shown(name)!r} is made twice; wanted a name for each value"
                )
            found[name] = i
    return found


def _needed(
    wanted: Iterable[str], nodes: Sequence[NodeProto], makers: Mapping[str, int]
) -> list[int]:
    found, open_ = set[int](), [makers[name] for name in wanted if name in makers]
    while open_:
        i = open_.pop()
        if i not in found:
            found.add(i)
            open_ += [makers[name] for name in nodes[i].input if name in makers]
    return sorted(found)


def _node(path: str, proto: NodeProto, versions: Mapping[Domain, int]) -> Node:
    domain = Domain.of(proto.domain)
    if domain is None:
        name, kind = shown(proto.name or proto.op_type), shown(proto.op_type)
        raise UnsupportedError(
            f"operator {kind} of domain {shown(proto.domain)!r} is unknown",
            layer=name,
            way_out=advice(proto.domain),
        )
    # the version of this domain counts those of a Python class, and files omit it
    meaning = Domain.STANDARD if domain is Domain.CHANNELS_LAST else domain
    node = made_of(proto, domain, versions.get(meaning, 1))
    if meaning is Domain.STANDARD:
        require_schema(node)
    return node


def _require_order(nodes: Mapping[int, Node], makers: Mapping[str, int], known: Set[str]) -> None:
    late: Node | None = None
    for i, node in nodes.items():
        for name in filter(None, node.inputs):
            if name not in known and name not in makers:
                raise node.broken(
                    f"takes {shown(name)!r}, which is no input, no constant and no node's result",
                    way_out="was an initializer lost?",
                )
            if makers.get(name, -1) >= i:
                late = late or node
    if late is None:
        return
    order = {i: {makers[n] for n in node.inputs if n in makers} for i, node in nodes.items()}
    try:
        TopologicalSorter(order).prepare()
    except CycleError as error:
        raise late.broken("waits for its own result", wanted="a graph without cycles") from error
    raise late.broken("comes before a node that it needs", way_out="sort the nodes of the file")
