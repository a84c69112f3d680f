"""The choice of a grid for every step, by the cycles of the whole network."""
