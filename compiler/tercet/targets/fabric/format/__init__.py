"""The machine: its sizes, its program format, and how trits rest in memory."""
