"""The search for integers that compute a region exactly, and their certificates."""
