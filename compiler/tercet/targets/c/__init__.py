"""C99 that runs a network by the runtime's kernels."""
