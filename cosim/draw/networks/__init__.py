"""Random networks of integers."""
