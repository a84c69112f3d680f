"""The host's part of a network: quantizing its inputs, and making reals of its outputs."""
