"""The programs of a plan: frames in order, inputs and outputs, and the values each EXEC exposes."""
