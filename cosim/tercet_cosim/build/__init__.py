"""Simulator builds, kept by a hash of their sources, and a corrected Verilator."""
