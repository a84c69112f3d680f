"""Random frames and tables, legal by the format."""
