"""The fabric as it is emitted, between bus models that were not written for it (cocotbext-axi)."""
