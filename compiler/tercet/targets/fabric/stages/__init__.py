"""Steps on tiles: their shapes, layouts and programs, before anything has an address."""
