"""The program in memory: frames in order, inputs and outputs, and what each EXEC exposes."""
