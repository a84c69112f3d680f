"""Certificates re-checked, and the integer network audited against the model in rationals."""
