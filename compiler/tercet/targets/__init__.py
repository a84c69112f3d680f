"""The targets that a network is compiled to: one folder each, with the interface of `door`."""
