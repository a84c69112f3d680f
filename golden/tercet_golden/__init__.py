"""Golden models: the integers and cycles that the hardware must reproduce."""
