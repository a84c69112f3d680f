"""Tercet: compile quantized networks to ternary hardware, and prove that it is the network."""
