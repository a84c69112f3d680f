"""Shapes, layouts and tables of steps on their grids, without addresses."""
