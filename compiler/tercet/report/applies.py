"""Whether a check applies to a sign-off, by rules over facts of the report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tercet.report.catalogue import Applies, Declared
from tercet.report.contract import Artifact, Model, Subgraph


@dataclass(frozen=True)
class Facts:
    """The facts of a report that the rules read."""

    model: Model
    artifacts: Sequence[Artifact]
    subgraphs: Sequence[Subgraph]


def inapplicable(check: Declared, facts: Facts) -> str:
    """Why the check has nothing to judge; "" if it applies."""
    return _RULES[check.applies](check, facts)


def _of_a_module(check: Declared, facts: Facts) -> str:
    return "" if facts.model.kind == "module" else "the model is a file"


def _of_a_file(check: Declared, facts: Facts) -> str:
    return "" if facts.model.kind == "file" else "the model is a module"


def _of_an_artifact(check: Declared, facts: Facts) -> str:
    refused = {one.target for one in facts.artifacts if one.refusal is not None}
    return f"{check.target} refuses the network" if check.target in refused else ""


def _of_a_subgraph(check: Declared, facts: Facts) -> str:
    held = any(one.target == check.target for one in facts.subgraphs)
    return "" if held else f"nothing of the network runs on the {check.target}"


_RULES: Mapping[Applies, Callable[[Declared, Facts], str]] = MappingProxyType(
    {
        "always": lambda check, facts: "",
        "of a module": _of_a_module,
        "of a file": _of_a_file,
        "of an artifact": _of_an_artifact,
        "of a subgraph": _of_a_subgraph,
    }
)
