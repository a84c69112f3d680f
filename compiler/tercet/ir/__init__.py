"""The IR: integer types, intervals, what an operator is. Imports nothing of tercet but errors."""
