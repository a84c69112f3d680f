"""The integer dialect itself, as text."""
