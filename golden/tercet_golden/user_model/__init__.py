"""The user's own model, module or file, against the integer reference."""
