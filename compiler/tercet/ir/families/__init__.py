"""Base classes of operators: sums of products, windows, movement, rescaling, norms."""
