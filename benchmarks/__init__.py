"""Measurements, side by side: `python -m benchmarks [name …]`, or `make bench`."""
