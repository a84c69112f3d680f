"""Rules from integer operators to steps: one file for each family, found by the registry."""
