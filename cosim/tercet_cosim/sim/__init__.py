"""The simulation: Verilator made usable, cached builds, the testbench and what runs inside it."""
