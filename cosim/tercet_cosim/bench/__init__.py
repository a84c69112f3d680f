"""The test bench, and the jobs and outcomes of a simulation."""
