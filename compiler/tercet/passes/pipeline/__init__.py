"""The order of the passes, and the passes that have a single file."""
