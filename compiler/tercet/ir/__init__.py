"""The IR: types, intervals, the operator base classes. Imports nothing of tercet but errors."""
