"""Reading of untrusted files: limits, types, constants, the rules of a graph."""
