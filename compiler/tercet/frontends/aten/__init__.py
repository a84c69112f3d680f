"""Graphs of torch operators, as torch.export makes them, to the float dialect."""
