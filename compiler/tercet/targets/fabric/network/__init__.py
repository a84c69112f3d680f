"""The network of steps, and rewrites of it that do not depend on the grid."""
