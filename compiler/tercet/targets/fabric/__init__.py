"""The ternary fabric: from integer operators to programs of its tiles, one room a stage."""
