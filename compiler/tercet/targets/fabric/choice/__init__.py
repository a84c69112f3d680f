"""The choice of a grid for every step, which minimizes the cycles of the whole network."""
