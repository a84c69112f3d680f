"""Steps from the integer graph, by `network.lower`; `rules` has a file a family of operators."""

from tercet.targets.fabric.lower.network import lower

__all__ = ["lower"]
