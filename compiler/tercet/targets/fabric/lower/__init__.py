"""From the integer graph to steps: `lower`. One file for each family of operators."""

from tercet.targets.fabric.lower.network import lower

__all__ = ["lower"]
