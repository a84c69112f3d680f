"""The emitted fabric between third-party bus models (cocotbext-axi)."""
