"""The ternary fabric: integer operators become programs of its tiles, one folder a stage."""
