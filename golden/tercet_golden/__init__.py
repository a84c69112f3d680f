"""Golden models: what the hardware must reproduce, integer by integer and cycle by cycle."""
