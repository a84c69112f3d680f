"""Tercet: compile quantized networks to ternary hardware, and prove that both compute the same."""
