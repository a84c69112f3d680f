"""Simulators: Verilator made usable, builds kept by a hash of their sources."""
