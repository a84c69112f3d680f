"""What operators have in common: sums of products, windows, movement, rescaling, norms."""
