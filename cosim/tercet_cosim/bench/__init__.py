"""The test bench, and what goes into a simulation and comes out of it."""
