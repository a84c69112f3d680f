"""A second RTL target, as small as one can be: one linear layer, every product a wire."""
