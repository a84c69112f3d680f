"""A network of steps, and rewrites of it that know no tile."""
